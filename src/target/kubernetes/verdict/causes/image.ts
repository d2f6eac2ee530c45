import { perContainer } from '../cause.ts';

/** The kubelet's words for an image that it cannot get. */
const REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** An image that cannot be pulled: a wrong name, no right to it, a registry that is away. */
export const image = perContainer(({ image: name, state }) => {
  const { reason = '', message = '' } = state?.waiting ?? {};
  if (!REASONS.has(reason)) return undefined;
  return {
    reason: 'image',
    message: `the image ${name} cannot be pulled: ${shortened(message) || reason}`,
    hint: hintFor(message),
    // A registry that is away comes back; a name that is wrong stays wrong.
    final: !/timeout|connection refused|temporar|unavailable|too many requests/i.test(message),
  };
});

/** The kubelet wraps the registry's answer in four sentences of its own; the last one says it. */
function shortened(message: string): string {
  return message
    .replace(/^.*(?:rpc error: code = \w+ desc = )/s, '')
    .replace(/^Back-off pulling image "[^"]*"(?:: )?/, '')
    .trim();
}

function hintFor(message: string): string {
  if (/unauthori[sz]ed|denied|forbidden|403|401/i.test(message))
    return 'Give the namespace a pull secret for this registry, or check its rights';
  if (/not found|manifest unknown|404/i.test(message))
    return 'Check the name and tag; was it pushed? svc deploy --build builds and pushes it';
  return 'Check the name of the image and that the nodes reach its registry';
}
