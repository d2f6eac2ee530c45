import { perContainer } from '../cause.ts';

const REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'PreCreateHookError',
  'PostStartHookError',
]);

/** A container that cannot even be made: a secret or a key that is not there, a user it may not be, a command that is missing. */
export const configuration = perContainer(({ state, lastState }) => {
  const { reason = '', message = '' } =
    [state?.waiting, state?.terminated, lastState?.terminated].find((each) => REASONS.has(each?.reason ?? '')) ?? {};
  if (!REASONS.has(reason)) return undefined;
  return {
    reason: 'configuration',
    message: `its container cannot be started: ${message.trim() || reason}`,
    hint: /(secret|configmap) "[^"]*" not found|couldn't find key/i.test(message)
      ? 'Make what is missing in this namespace; where it comes from is said in svc.yaml under resources'
      : 'Look at the whole of it: kubectl describe pod',
    // An operator may still be making the secret.
    final: !/not found|couldn't find key/i.test(message),
  };
});
