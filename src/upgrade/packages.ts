import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Change } from '../plan/plan.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type { Delivered } from '../template/base.ts';
import type { FileChange, UpgradePlan } from './plan-upgrade.ts';
import { placed } from './pristine.ts';
import type { Made } from './service.ts';

/** Where the packages of a service are, and which came with it. */
type Home = Pick<Made, 'root' | 'prefix' | 'delivered'>;

/** What is left of a package that came with a service. */
export interface PackageDrift {
  readonly path: string;
  readonly difference: 'edited' | 'deleted';
}

interface Step {
  readonly file: FileChange;
  readonly change: Change;
}

/** Whether the service has the packages already that would come with it now, by their names. */
export function bringsTheSame({ prefix, delivered }: Home, now: readonly Delivered[]): boolean {
  return now.map(({ path }) => placed(path, 'service', prefix)).join('\n') === delivered.map(({ path }) => path).join('\n');
}

/**
 * Packages that come with a service are never merged: the name of each carries its digest, so a new one has another name. One that
 * is missing or broken is put there again.
 */
export async function planPackages(home: Home, now: readonly Delivered[], fs: FileSystem): Promise<UpgradePlan> {
  const packages = new Map(now.map(({ path, content }) => [placed(path, 'service', home.prefix), content]));
  const gone = home.delivered.filter(({ path }) => !packages.has(path)).map(({ path }) => removal(path, home.root, fs));
  const there = [...packages].map(([path, content]) => placing({ path, content }, home, fs));
  const steps = (await Promise.all([...gone, ...there])).flatMap((step) => step ?? []);
  return { files: steps.map(({ file }) => file), changes: steps.map(({ change }) => change) };
}

/** The packages of the recorded version that are missing or broken, put there again as far as this svckit has them. */
export function planLostPackages(home: Home, now: readonly Delivered[], fs: FileSystem): Promise<UpgradePlan> {
  const recorded = home.delivered.map(({ path }) => path);
  const still = now.filter(({ path }) => recorded.includes(placed(path, 'service', home.prefix)));
  const kept = home.delivered.filter(({ path }) => still.some((each) => placed(each.path, 'service', home.prefix) === path));
  return planPackages({ ...home, delivered: kept }, still, fs);
}

/** Packages that are not as they were delivered. */
export async function packageDrift({ root, delivered }: Home, fs: FileSystem): Promise<readonly PackageDrift[]> {
  const found = await Promise.all(
    delivered.map(async ({ path, digest }): Promise<PackageDrift | undefined> => {
      const content = await fs.readBytes(join(root, path));
      if (!content) return { path, difference: 'deleted' };
      return `sha256:${createHash('sha256').update(content).digest('hex')}` === digest ? undefined : { path, difference: 'edited' };
    }),
  );
  return found.flatMap((each) => each ?? []);
}

async function removal(path: string, root: string, fs: FileSystem): Promise<Step | undefined> {
  const content = await fs.readBytes(join(root, path));
  return content && { file: { path, ownership: 'owned', fate: 'gone' }, change: { kind: 'remove', path, expected: content } };
}

async function placing({ path, content }: Delivered, { root, delivered }: Home, fs: FileSystem): Promise<Step | undefined> {
  const current = await fs.readBytes(join(root, path));
  if (current && Buffer.from(current).equals(content)) return undefined;
  const told = (message: string): FileChange => ({ path, ownership: 'owned', fate: 'healed', message });
  if (current) return { file: told('it was changed'), change: { kind: 'replace', path, content, expected: current } };
  const isLost = delivered.some((each) => each.path === path);
  return { file: isLost ? told('it was deleted') : { path, ownership: 'owned', fate: 'new' }, change: { kind: 'create', path, content } };
}
