import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { SvcError } from '../../errors.ts';
import { isBuiltFromRoot } from '../../image/dockerfile.ts';
import type { FileSystem } from '../../runtime/runtime.ts';
import type { Service, Workspace } from '../../workspace/workspace.ts';
import { readNeighbours, readSources, readWorkload } from '../kubernetes/render/read.ts';
import type { ComposeDocument } from './document.ts';
import type { ComposeScene } from './scene.ts';
import { combined, workloadPart } from './workload.ts';

export interface RenderedCompose {
  readonly document: ComposeDocument;
  readonly text: string;
  readonly notes: readonly string[];
}

export interface ComposeReading {
  readonly workspace: Workspace;
  /** Whose overlays of Score files count; undefined for none. */
  readonly environment: string | undefined;
  /** Given images, by service; the others are built. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * One Compose file for services and stand-ins of what they need. It belongs in the root of the workspace: what it builds is named
 * from there. Passwords are asked of `.env`, which is never written.
 * @throws SvcError workload/invalid with file, line and reason
 */
export async function renderCompose(services: readonly Service[], reading: ComposeReading, fs: FileSystem): Promise<RenderedCompose> {
  const scenes = await Promise.all(services.map((service) => readComposeScene(service, reading, fs)));
  const { services: found, volumes = {}, configs = {} } = combined(scenes.map(workloadPart));
  const document: ComposeDocument = {
    name: nameOf(reading.workspace.root),
    services: found,
    ...(Object.keys(volumes).length > 0 && { volumes }),
    ...(Object.keys(configs).length > 0 && { configs }),
  };
  return {
    document,
    text: stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
    notes: notesOn(scenes, document),
  };
}

async function readComposeScene(
  service: Service,
  { workspace, environment, images }: ComposeReading,
  fs: FileSystem,
): Promise<ComposeScene> {
  const sourced = await readWorkload(service, { workspace, environment }, fs);
  const dockerfile = await fs.readText(join(service.folder, 'Dockerfile'));
  if (dockerfile === undefined && images[service.name] === undefined && sourced.workload.containers.some(({ image }) => image === '.')) {
    throw new SvcError('workload/invalid', `${sourced.where(['containers'])}: ${service.name} has no Dockerfile to build its image from`, {
      hint: `Write one, or name the image: --image ${service.name}=registry.example.com/${service.name}:1.0.0`,
    });
  }
  const folder = relative(workspace.root, service.folder) || '.';
  return {
    ...sourced,
    image: images[service.name],
    folder,
    builtFromRoot: dockerfile !== undefined && isBuiltFromRoot(dockerfile, folder),
    version: service.version,
    environment: environment ?? 'compose',
    neighbours: await readNeighbours(service, { workspace, environment }, fs),
    sources: await readSources(service, sourced, fs),
  };
}

/** Compose takes small letters, digits, dashes and underscores. */
function nameOf(root: string): string {
  const name = (root.split(/[\\/]/).at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name || 'services';
}

function notesOn(scenes: readonly ComposeScene[], document: ComposeDocument): readonly string[] {
  const variables = [...new Set(JSON.stringify(document).match(/(?<=\$\{)[A-Z0-9_]+(?=:\?)/g))].sort();
  const scheduled = scenes.filter(({ workload }) => workload.kind === 'cron').map(({ workload }) => workload.name);
  return [
    ...(variables.length > 0 ? [`Set in .env beside the file: ${variables.join(', ')}`] : []),
    ...scheduled.map((name) => `Compose has no schedule: docker compose run --rm ${name}`),
  ];
}
