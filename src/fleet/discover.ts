import { basename, join } from 'node:path';
import { nameOf, parseEntities } from '../catalog/entity.ts';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { BASE_PATH } from '../template/base.ts';
import { LOCK_PATH } from '../template/lock.ts';
import { readMade } from '../upgrade/service.ts';
import type { Change, FleetService } from './change.ts';
import { type CommitFiles, withCommit } from './commit-files.ts';

/** A service whose lock or recorded render cannot be read. */
export interface BrokenService {
  readonly name: string;
  readonly prefix: string;
  readonly repository: string;
  readonly reason: string;
  readonly hint: string;
}

export interface Discovery {
  readonly changes: readonly Change[];
  readonly broken: readonly BrokenService[];
}

/** What goes onto one branch of a repository with several services. */
export type Grouping = 'service' | 'owner';

const CATALOG = 'catalog-info.yaml';

/**
 * The services that a template made, found in a commit and sorted into what is upgraded together.
 * @param repository as people know it; `id` is the same in every run
 * @param below only those in this folder, from the root of the repository
 */
export async function discover(
  files: CommitFiles,
  {
    repository,
    id,
    per,
    below = '',
  }: { readonly repository: string; readonly id: string; readonly per: Grouping; readonly below?: string },
  runtime: Runtime,
): Promise<Discovery> {
  const prefixes = [...files.entries.keys()]
    .filter((path) => path === LOCK_PATH || path.endsWith(`/${LOCK_PATH}`))
    .map((path) => path.slice(0, -LOCK_PATH.length).replace(/\/$/, ''))
    .filter((prefix) => below === '' || prefix === below || prefix.startsWith(`${below}/`));
  // One process reads what all services of the repository need.
  await files.read([CATALOG, ...prefixes.flatMap((prefix) => [LOCK_PATH, BASE_PATH, CATALOG].map((file) => at(prefix, file)))]);
  const within = { ...runtime, fs: withCommit(files, runtime.fs) };
  const services: FleetService[] = [];
  const broken: BrokenService[] = [];
  for (const prefix of prefixes.sort()) {
    try {
      services.push(await readService(files, prefix, within));
    } catch (error) {
      if (!(error instanceof SvcError)) throw error;
      broken.push({ name: basename(prefix) || basename(repository), prefix, repository, reason: error.message, hint: error.hint });
    }
  }
  return { changes: grouped(services, { repository, id, per, files }), broken };
}

async function readService(files: CommitFiles, prefix: string, within: Runtime): Promise<FleetService> {
  const made = await readMade(join(files.root, prefix), within);
  const { owner } = made.lock.answers;
  return {
    name: made.name,
    prefix,
    made,
    owner: (await catalogOwner(prefix, files)) ?? (typeof owner === 'string' ? nameOf(owner) : undefined),
  };
}

/** The entry may be broken: that is for `svc list` to complain of, not a reason to stay behind. */
async function catalogOwner(prefix: string, files: CommitFiles): Promise<string | undefined> {
  const path = at(prefix, CATALOG);
  const file = (await files.read([path])).get(path);
  try {
    const entities = file ? parseEntities(Buffer.from(file.content).toString('utf8'), path) : [];
    const owner = entities.find(({ kind }) => kind === 'Component')?.spec?.owner;
    return owner === undefined ? undefined : nameOf(owner);
  } catch (error) {
    if (error instanceof SvcError) return undefined;
    throw error;
  }
}

function grouped(
  services: readonly FleetService[],
  { repository, id, per, files }: { readonly repository: string; readonly id: string; readonly per: Grouping; readonly files: CommitFiles },
): readonly Change[] {
  const alone = services.length === 1;
  const groups = new Map<string, Change>();
  for (const service of services) {
    const label = alone ? undefined : per === 'owner' ? (service.owner ?? 'nobody') : service.name;
    const template = service.made.lock.template.name;
    const key = `${id}#${template}#${label ?? ''}`;
    const before = groups.get(key)?.services ?? [];
    groups.set(key, { id: key, repository, label, template, services: [...before, service], files });
  }
  return [...groups.values()];
}

function at(prefix: string, file: string): string {
  return prefix === '' ? file : `${prefix}/${file}`;
}
