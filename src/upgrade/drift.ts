import { resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { regionIn } from '../template/create/region.ts';
import type { Ownership } from '../template/manifest/manifest.ts';
import { normaliseLineEnds } from './line-ends.ts';
import { readKnown } from './ours.ts';
import { packageDrift } from './packages.ts';
import type { Pristine, PristineFile } from './pristine.ts';
import { readMade, serviceFolder } from './service.ts';
import { sameFile, type Tree, type TreeFile } from './tree.ts';

/** How a file differs from what the template wrote. `markers`: those of a region are broken. */
export type Difference = 'edited' | 'deleted' | 'mode' | 'link' | 'markers';

export interface FileDrift {
  /** From the root of the repository. */
  readonly path: string;
  readonly ownership: Ownership;
  readonly difference: Difference;
}

/** What a service has become since its template made it. */
export interface ServiceDrift {
  readonly name: string;
  /** Absolute path of the service. */
  readonly folder: string;
  /** Absolute path that the paths of files are relative to. */
  readonly root: string;
  readonly template: { readonly name: string; readonly version: string };
  readonly files: readonly FileDrift[];
}

/**
 * Reads a service and compares it with the pristine render of its recorded version.
 * @param path somewhere in the service, as seen from the command's folder
 * @throws SvcError workspace/no-service, template/invalid
 */
export async function serviceDrift(path: string, runtime: Runtime): Promise<ServiceDrift> {
  const made = await readMade(await serviceFolder(resolve(runtime.cwd, path), runtime), runtime);
  const { name, folder, root, lock, pristine } = made;
  const ours = await readKnown(made.root, pristine, runtime);
  const packages = (await packageDrift(made, runtime.fs)).map((each) => ({ ...each, ownership: 'owned' as const }));
  return { name, folder, root, template: lock.template, files: [...driftOf(pristine, ours, name), ...packages] };
}

/** A file of the template's own that was changed: an upgrade takes that back. What the user may change is no drift. */
export function isDrift({ ownership }: FileDrift): boolean {
  return ownership === 'owned' || ownership === 'region';
}

/**
 * Files of the template that are not as it wrote them, by path. Files that the template does not know are the user's own.
 * @param name of the service, which its regions are marked with
 */
export function driftOf(base: Pristine, ours: Tree, name: string): readonly FileDrift[] {
  const [written, now] = [normaliseLineEnds(base).tree, normaliseLineEnds(ours).tree];
  return [...base].sort(byPath).flatMap(([path, file]) => {
    const pristine = { ...file, ...written.get(path) };
    const difference =
      file.ownership === 'region' ? regionDifference(pristine, now.get(path), name) : differenceOf(pristine, now.get(path));
    return difference ? [{ path, ownership: file.ownership, difference }] : [];
  });
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function differenceOf(base: TreeFile, ours: TreeFile | undefined): Difference | undefined {
  if (!ours) return 'deleted';
  if (ours.kind === 'link') return 'link';
  if (!sameFile({ ...base, kind: ours.kind }, ours)) return 'edited';
  return base.kind === ours.kind ? undefined : 'mode';
}

function regionDifference(base: PristineFile, ours: TreeFile | undefined, name: string): Difference | undefined {
  const text = ({ content }: TreeFile) => Buffer.from(content).toString('utf8');
  try {
    const body = ours && regionIn(text(ours), { name, path: base.inArea });
    if (body === undefined) return 'deleted';
    return body === `${text(base).replace(/\n$/, '')}\n` ? undefined : 'edited';
  } catch (error) {
    if (error instanceof SvcError) return 'markers';
    throw error;
  }
}
