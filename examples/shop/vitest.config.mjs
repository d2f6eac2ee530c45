// vitest looks for a configuration in the folders above: this one keeps svckit's own from the services' tests.
export default {};
