import { type Evidence, evidence } from '../evidence.ts';

/** Pipelines that a template may bring its own of, and those that speak against another one. */
const PIPELINES: readonly (readonly [path: RegExp, ci: string])[] = [
  [/^\.github\/workflows\/[^/]+\.ya?ml$/, 'github'],
  [/^\.gitlab-ci\.yml$/, 'gitlab'],
  [/^(Jenkinsfile|azure-pipelines\.yml|bitbucket-pipelines\.yml|\.circleci\/config\.yml|\.drone\.yml|\.buildkite\/pipeline\.yml)$/, 'none'],
];

/**
 * Which pipeline a repository has: one that no template brings means that none is wanted.
 * @param paths of the repository's files, from its root
 */
export function pipelineEvidence(paths: readonly string[]): readonly Evidence[] {
  return PIPELINES.flatMap(([pattern, ci]) => {
    const path = paths.find((each) => pattern.test(each));
    return path === undefined ? [] : evidence('ci', ci, path);
  });
}
