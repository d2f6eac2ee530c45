import { dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Check } from './check.ts';
import type { Grouping } from './discover.ts';
import type { Wave } from './fleet-machine.ts';
import type { ForgeAddress } from './forge/forge.ts';
import { parseWhere, type Where } from './where.ts';

/** What the flags of `svc upgrade --all` say. */
export interface FleetOptions {
  /** As written; undefined where the user named nothing. */
  readonly where: string | undefined;
  readonly per: Grouping;
  readonly wave: Wave | undefined;
  readonly branchPrefix: string;
  readonly push: boolean;
  readonly forge: ForgeAddress | undefined;
  readonly check: Check | undefined;
  readonly retry: boolean;
  readonly pushConflicts: boolean;
  readonly lanes: number;
}

type Flags = Readonly<Record<string, unknown>>;

const USUAL_LANES = 8;
const MOST_LANES = 64;

/** Flags that only mean something for a fleet, as commander names them and as the user writes them. */
export const FLEET_FLAGS: Readonly<Record<string, string>> = {
  per: '--per',
  wave: '--wave',
  branch: '--branch',
  status: '--status',
  forge: '--forge',
  checkCommand: '--check-command',
  retryFailed: '--retry-failed',
  pushConflicts: '--push-conflicts',
  concurrency: '--concurrency',
};

/** @throws SvcError input/invalid */
export function fleetOptions(where: string | undefined, flags: Flags): FleetOptions {
  const check = flags['checkCommand'];
  return {
    where,
    per: perOf(flags['per']),
    wave: waveOf(flags['wave']),
    branchPrefix: branchOf(flags['branch']),
    push: flags['push'] !== false,
    forge: forgeAt(flags['forge']),
    check: check === undefined ? undefined : check === true ? 'own' : { command: String(check) },
    retry: flags['retryFailed'] === true,
    pushConflicts: flags['pushConflicts'] === true,
    lanes: lanesOf(flags['concurrency']),
  };
}

/** Where the fleet is: what the user named; else the workspace or the repository that the command was given in; else that folder. */
export async function fleetWhere(where: string | undefined, { fs, cwd }: Pick<Runtime, 'fs' | 'cwd'>): Promise<Where> {
  if (where !== undefined) return parseWhere(where, cwd);
  for (const mark of ['svc.yaml', '.git']) {
    for (let folder = cwd; ; folder = dirname(folder)) {
      if ((await fs.info(join(folder, mark))) !== undefined) return { kind: 'path', path: folder };
      if (folder === dirname(folder)) break;
    }
  }
  return { kind: 'path', path: cwd };
}

function perOf(value: unknown): Grouping {
  if (value === undefined || value === 'service' || value === 'owner') return value ?? 'service';
  throw invalid(`--per ${String(value)} is neither service nor owner`, '--per owner');
}

function waveOf(value: unknown): Wave | undefined {
  if (value === undefined) return undefined;
  const [, number = '', percent] = /^(\d{1,6}(?:\.\d+)?)(%)?$/.exec(String(value)) ?? [];
  const amount = Number(number);
  if (amount > 0 && percent !== undefined && amount <= 100) return { share: amount };
  if (amount > 0 && percent === undefined && Number.isInteger(amount)) return { count: amount };
  throw invalid(`--wave ${String(value)} is neither a share nor a number of upgrades`, '--wave 5% or --wave 20');
}

/** https://git-scm.com/docs/git-check-ref-format, for the beginning of a name. */
function branchOf(value: unknown): string {
  if (value === undefined) return 'svc/upgrade-';
  const text = String(value);
  const isName = /^[A-Za-z0-9][\w./-]*$/.test(text) && !/\.\.|\/\/|\.lock(\/|$)|\/\.|\.\//.test(text);
  if (isName) return text;
  throw invalid(`--branch ${text} cannot begin the name of a branch`, '--branch chore/template-');
}

function forgeAt(value: unknown): ForgeAddress | undefined {
  if (value === undefined) return undefined;
  // An owner is only named so that the address is read as that of a fleet is.
  const where = /^(github|gitlab|gitea):https?:/.test(String(value))
    ? parseWhere(`${String(value).replace(/\/+$/, '')}/owner`, '/')
    : undefined;
  if (where?.kind === 'organisation') return where.forge;
  throw invalid(`--forge ${String(value)} names no server`, '--forge gitea:https://git.example.com');
}

function lanesOf(value: unknown): number {
  if (value === undefined) return USUAL_LANES;
  const lanes = Number(value);
  if (Number.isInteger(lanes) && lanes >= 1 && lanes <= MOST_LANES) return lanes;
  throw invalid(`--concurrency ${String(value)} is no number from 1 to ${MOST_LANES}`, '--concurrency 4');
}

function invalid(message: string, example: string): SvcError {
  return new SvcError('input/invalid', message, { hint: `Write: svc upgrade --all ${example}` });
}
