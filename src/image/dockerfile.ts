import { join, relative } from 'node:path';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type { Service, Workspace } from '../workspace/workspace.ts';

/** What an image is built from. */
export interface Recipe {
  readonly service: string;
  readonly version: string | undefined;
  /** Relative to the workspace's root, as errors name it. */
  readonly file: string;
  readonly text: string;
  /** Absolute path of the folder whose files the Dockerfile copies. */
  readonly context: string;
  /** The Dockerfile, relative to that folder. */
  readonly inContext: string;
}

/**
 * The Dockerfile of a service and the folder that it is built in.
 * @throws SvcError image/not-built where the service has no Dockerfile
 */
export async function readRecipe({ name, version, folder }: Service, { root }: Pick<Workspace, 'root'>, fs: FileSystem): Promise<Recipe> {
  const file = relative(root, join(folder, 'Dockerfile'));
  const text = await fs.readText(join(folder, 'Dockerfile'));
  if (text === undefined) {
    throw new SvcError('image/not-built', `${name} has no Dockerfile to build its image from: there is no ${file}`, {
      hint: `Write one, or name the image: --image ${name}=registry.example.com/${name}@sha256:…`,
    });
  }
  const fromRoot = isBuiltFromRoot(text, relative(root, folder));
  const place = fromRoot ? { context: root, inContext: file } : { context: folder, inContext: 'Dockerfile' };
  return { service: name, version, file, text, ...place };
}

/** A Dockerfile that names its service's folder copies from the root of the workspace, as one with a lockfile for all services does. */
export function isBuiltFromRoot(dockerfile: string, folder: string): boolean {
  return folder !== '' && folder !== '.' && dockerfile.includes(`${folder.replaceAll('\\', '/')}/`);
}
