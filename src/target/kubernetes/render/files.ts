import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { Container, MountedFile } from '../../../workload/workload.ts';
import { metadataOf } from './metadata.ts';
import { resolved } from './placeholder.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';
import type { SecretFile } from './variables.ts';

/** A file of a container: a key of the service's ConfigMap, or of a Secret where the whole of it is one. */
export interface PlacedFile {
  readonly target: string;
  /** Permission bits. */
  readonly mode: number | undefined;
  readonly from: { readonly key: string; readonly content: Content } | SecretFile;
}

type Content = { readonly text: string } | { readonly base64: string };

/** Kubernetes refuses a larger ConfigMap. */
const LARGEST = 1_048_576;

/**
 * The files of a container.
 * @throws SvcError workload/invalid where a secret is only a part of a file
 */
export function filesOf(scene: Scene, container: Container): readonly PlacedFile[] {
  return container.files.map((file) => {
    const mode = file.mode === undefined ? undefined : Number.parseInt(file.mode, 8);
    return { target: file.target, mode, from: originOf(scene, container, file) };
  });
}

function originOf(scene: Scene, { name }: Container, file: MountedFile): PlacedFile['from'] {
  const key = keyOf(name, file.target);
  if (file.binaryContent !== undefined) return { key, content: { base64: file.binaryContent } };
  const bytes = file.source === undefined ? undefined : scene.sources.get(file.source);
  const text = bytes ? Buffer.from(bytes).toString('utf8') : (file.content ?? '');
  if (bytes && !Buffer.from(text).equals(Buffer.from(bytes))) return { key, content: { base64: Buffer.from(bytes).toString('base64') } };
  if (file.noExpand) return { key, content: { text } };
  const where = ['containers', name, 'files', file.target];
  const [first, ...more] = resolved(scene, text, where);
  if (!first) return { key, content: { text: '' } };
  if (more.length === 0) return 'secret' in first ? first : { key, content: first };
  throw unrenderable(
    scene.where(where),
    `a secret is part of ${file.target}, and a ConfigMap is no place for it`,
    'Let the file hold the secret alone, or give it to the service as a variable',
  );
}

/** One ConfigMap holds the files of all containers: the key tells whose it is, and is still a name to read. */
function keyOf(container: string, target: string): string {
  const digest = createHash('sha256').update(`${container}:${target}`).digest('hex').slice(0, 6);
  return `${digest}-${basename(target).replace(/[^A-Za-z0-9._-]/g, '_')}`;
}

/**
 * The ConfigMap of a service's files; undefined where it has none. Its name follows from what is in it, so that a roll-back finds
 * the files that belong to it, and it never changes.
 * @throws SvcError workload/invalid where the files are larger than Kubernetes takes
 */
export function configMap(scene: Scene): IConfigMap | undefined {
  const placed = scene.workload.containers.flatMap((container) => filesOf(scene, container));
  const entries = placed.flatMap(({ from }) => ('content' in from ? [from] : []));
  if (entries.length === 0) return undefined;
  const data = Object.fromEntries(entries.flatMap(({ key, content }) => ('text' in content ? [[key, content.text]] : [])));
  const binaryData = Object.fromEntries(entries.flatMap(({ key, content }) => ('base64' in content ? [[key, content.base64]] : [])));
  const whole = JSON.stringify([data, binaryData]);
  if (Buffer.byteLength(whole) > LARGEST) {
    throw unrenderable(scene.where(['containers']), 'the files are larger than 1 MiB together', 'Put large files into the image');
  }
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(scene, `${scene.service.name}-files-${digest}`),
    immutable: true,
    ...(Object.keys(data).length > 0 && { data }),
    ...(Object.keys(binaryData).length > 0 && { binaryData }),
  };
}
