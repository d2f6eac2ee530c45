import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { IVolumeMount } from 'kubernetes-models/v1/VolumeMount';
import { piecesOf } from '../../../workload/interpolate.ts';
import type { Container, MountedVolume, Resource } from '../../../workload/workload.ts';
import { configMap, filesOf, type PlacedFile } from './files.ts';
import { unrenderable } from './problem.ts';
import { providedBy } from './provided.ts';
import type { Scene } from './scene.ts';
import { SECRETS_FOLDER, type SecretFile, variablesOf } from './variables.ts';

/** Readable for the service's group, which `fsGroup` makes the owner; writable for nobody. */
const READABLE = 0o440;
const SCRATCH = 'tmp';
const FILES = 'files';

/** The volumes of a pod: a scratch folder, the service's files, each Secret that is a file, and the volumes that it asks for. */
export function volumesOf(scene: Scene, containers: readonly Container[]): IVolume[] {
  const files = containers.flatMap((container) => filesOf(scene, container));
  return [
    { name: SCRATCH, emptyDir: { sizeLimit: '256Mi' } },
    ...filesVolume(scene, files),
    ...secretVolumes(containers.flatMap((container) => secretFilesOf(scene, container))),
    ...usedVolumes(scene, containers).map((resource) => volumeOf(scene, resource)),
  ];
}

/** What a container sees of them. Its root is read-only, so `/tmp` is there to be written to. */
export function mountsOf(scene: Scene, container: Container): IVolumeMount[] {
  const own = container.volumes.map((volume) => ownMount(scene, container, volume));
  const files = filesOf(scene, container).map(fileMount);
  const secrets = [...new Set(variablesOf(scene, container).secretFiles.map(({ secret }) => secret))];
  return [
    ...(own.some(({ mountPath }) => mountPath === '/tmp') ? [] : [{ name: SCRATCH, mountPath: '/tmp' }]),
    ...secrets.map((secret) => ({ name: secretVolume(secret), mountPath: `${SECRETS_FOLDER}/${secret}`, readOnly: true })),
    ...files,
    ...own,
  ];
}

function secretFilesOf(scene: Scene, container: Container): readonly SecretFile[] {
  const files = filesOf(scene, container).flatMap(({ from }) => ('secret' in from ? [from] : []));
  return [...variablesOf(scene, container).secretFiles, ...files];
}

/** Only the keys in use are mounted: what else a Secret holds is not the service's business. */
function secretVolumes(files: readonly SecretFile[]): readonly IVolume[] {
  const keys = new Map<string, Set<string>>();
  for (const { secret, key } of files) keys.set(secret, (keys.get(secret) ?? new Set()).add(key));
  return [...keys].map(([secretName, used]) => ({
    name: secretVolume(secretName),
    secret: { secretName, defaultMode: READABLE, items: [...used].sort().map((key) => ({ key, path: key })) },
  }));
}

function secretVolume(secret: string): string {
  return volumeName(`secret-${secret}`);
}

/** A volume's name is a DNS label, which a Secret's need not be. */
function volumeName(text: string): string {
  return text.replaceAll('.', '-').slice(0, 63).replace(/-+$/, '');
}

function filesVolume(scene: Scene, files: readonly PlacedFile[]): readonly IVolume[] {
  const name = configMap(scene)?.metadata?.name;
  const items = files.flatMap(({ from, mode }) =>
    'content' in from ? [{ key: from.key, path: from.key, ...(mode !== undefined && { mode }) }] : [],
  );
  return name === undefined || items.length === 0 ? [] : [{ name: FILES, configMap: { name, defaultMode: READABLE, items } }];
}

function fileMount({ target, from }: PlacedFile): IVolumeMount {
  const name = 'secret' in from ? secretVolume(from.secret) : FILES;
  return { name, mountPath: target, subPath: from.key, readOnly: true };
}

function ownMount(scene: Scene, container: Container, { target, source, path, readOnly }: MountedVolume): IVolumeMount {
  const { name } = volumeResource(scene, container, { target, source });
  return {
    name: volumeName(`volume-${name}`),
    mountPath: target,
    ...(path !== undefined && { subPath: path }),
    ...(readOnly && { readOnly }),
  };
}

function usedVolumes(scene: Scene, containers: readonly Container[]): readonly Resource[] {
  const used = containers.flatMap((container) => container.volumes.map((volume) => volumeResource(scene, container, volume)));
  return [...new Set(used)];
}

function volumeResource(scene: Scene, container: Container, { target, source }: Pick<MountedVolume, 'target' | 'source'>): Resource {
  const [piece, ...more] = piecesOf(source);
  const name = piece && 'placeholder' in piece && more.length === 0 && piece.placeholder[0] === 'resources' ? piece.placeholder[1] : source;
  const found = scene.workload.resources.find((resource) => resource.name === name && resource.type === 'volume');
  if (found) return found;
  throw unrenderable(
    scene.where(['containers', container.name, 'volumes', target]),
    `${source} is no volume`,
    'Declare one under resources, data: { type: volume }, and write source: ${resources.data}',
  );
}

/** A claim that the platform team made, or else a folder that lives as long as the pod; `params.size` caps it. */
function volumeOf(scene: Scene, resource: Resource): IVolume {
  const name = volumeName(`volume-${resource.name}`);
  const claimName = providedBy(scene, resource)?.provider.claim;
  if (claimName !== undefined) return { name, persistentVolumeClaim: { claimName } };
  const { size } = resource.params;
  return { name, emptyDir: typeof size === 'string' ? { sizeLimit: size } : {} };
}
