import { SvcError } from '../../../errors.ts';
import type { Workspace } from '../../../workspace/workspace.ts';

/** What was given on the command line: an image by the service that it is of. */
export type Images = Readonly<Record<string, string>>;

/**
 * The images that `--image service=image` gave.
 * @throws SvcError input/invalid
 */
export function imagesOf(given: unknown): Images {
  return Object.fromEntries((Array.isArray(given) ? given.map(String) : []).map(imageOf));
}

function imageOf(pair: string): readonly [service: string, image: string] {
  const [, service, image] = /^([a-z0-9-]+)=([a-z0-9][^\s]*)$/.exec(pair) ?? [];
  if (service !== undefined && image !== undefined) return [service, image];
  throw new SvcError('input/invalid', `--image ${pair} names no image`, {
    hint: 'Write the service and its image: --image orders=registry.example.com/orders@sha256:…',
  });
}

/** @throws SvcError workspace/no-service */
export function refuseUnknownImages(images: Images, { services }: Workspace): void {
  const unknown = Object.keys(images).filter((name) => !services.some((service) => service.name === name));
  if (unknown.length === 0) return;
  throw new SvcError('workspace/no-service', `--image names no service: ${unknown.join(', ')}`, {
    hint: `There are: ${services.map(({ name }) => name).join(', ')}`,
  });
}
