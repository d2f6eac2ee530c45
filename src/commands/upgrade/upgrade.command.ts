import { join } from 'node:path';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { answersOf, collect } from '../../cli/flags.ts';
import { EXIT, type ExitCode, SvcError } from '../../errors.ts';
import type { FleetRow } from '../../fleet/change.ts';
import { FLEET_FLAGS, type FleetOptions, fleetOptions, fleetWhere } from '../../fleet/options.ts';
import type { FleetOrder, FleetReport } from '../../fleet/upgrade-fleet.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { abortUpgrade, continueUpgrade } from '../../upgrade/settle.ts';
import { checkService, healService, type Upgrade, upgradeService } from '../../upgrade/upgrade.ts';
import { type Result, summary, view } from './upgrade.view.ts';

type Mode = 'write' | 'dryRun' | 'check' | 'heal' | 'continue' | 'abort';

interface Common {
  readonly mode: Mode;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly yes: boolean;
  readonly to: string | undefined;
}

type Input = Common & ({ readonly paths: readonly string[] } | { readonly fleet: FleetOptions; readonly status: boolean });

/** `svc upgrade`: services to the current version of their template, nothing of the user's lost. */
export const upgrade: CommandSpec<Input, Result> = {
  name: 'upgrade',
  summary: 'Bring services to the current version of their template, your edits kept',
  examples: [
    ['svc upgrade', 'the service in this folder'],
    ['svc upgrade services/orders --dry-run', 'see what would happen to each file, and write nothing'],
    ['svc upgrade --set database=postgres', 'give another answer than when the service was made'],
    ['svc upgrade --to 1.5.0', 'this version of the template and no newer one'],
    ['svc upgrade --check', 'exit 1 where the template is ahead: for pipelines'],
    ['svc upgrade --continue', 'after you have settled conflicts'],
    ['svc upgrade --abort', 'take an upgrade with conflicts back'],
    ['svc upgrade --all', 'every service of the workspace, each on a branch of its own'],
    ['svc upgrade --all github:shop --wave 5%', 'pull requests in an organisation, a part at a time'],
    ['svc upgrade --all github:shop --status', 'how far it is: merged, open, in conflict'],
  ],
  declare: (command) =>
    command
      .argument(
        '[path...]',
        'folders of services (default: this folder); with --all: a folder, a list, github:org, gitlab:group, gitea:url/org',
      )
      .option('--dry-run', 'show what would happen, and write nothing')
      .option('--check', 'only say whether services are behind: exit code 1 where one is')
      .option('--to <version>', 'which version of the template (default: the newest)')
      .option('--heal', 'only take back what was changed of files that are the template’s')
      .option('--set <input=value>', 'another answer; may be repeated, lists are separated by commas', collect)
      .option('-y, --yes', 'ask nothing')
      .option('--continue', 'finish an upgrade whose conflicts are settled')
      .option('--abort', 'put everything back to what it was before the upgrade')
      .option('--all', 'every service of a workspace, a folder tree, a list of repositories or an organisation, on branches')
      .option('--status', 'with --all: how far it is, and change nothing')
      .option('--wave <share>', 'with --all: only so many of those still open, such as 5% or 20; the next run takes the next')
      .option('--per <service|owner>', 'with --all: what shares a branch where a repository has several services (default: service)')
      .option('--no-push', 'with --all: commit on branches of this machine only')
      .option('--check-command [command]', 'with --all: run this, or the service’s own check, first; it runs code of the repository')
      .option('--push-conflicts', 'with --all: propose conflicts too, as drafts with markers')
      .option('--retry-failed', 'with --all: try again what failed or was closed')
      .option('--branch <prefix>', 'with --all: how branches begin (default: svc/upgrade-)')
      .option('--forge <kind:url>', 'with --all: the server of remotes that are not on github.com or gitlab.com')
      .option('--concurrency <number>', 'with --all: repositories side by side (default: 8)'),
  parse(args, flags) {
    const set = answersOf(flags);
    const mode = modeOf(flags);
    if (set.length > 0 && mode !== 'write' && mode !== 'dryRun') {
      throw new SvcError('input/invalid', `--set means nothing with --${mode}`, { hint: 'Write: svc upgrade --set input=value' });
    }
    const common = { mode, set, yes: flags['yes'] === true, to: versionOf(flags, mode) };
    if (flags['all'] === true) return { ...common, ...fleetInput(args, flags, mode) };
    refuseFleetFlags(flags);
    return { ...common, paths: args.length === 0 ? ['.'] : args };
  },
  async run(input, runtime) {
    if ('fleet' in input) return runFleet(input, runtime);
    const upgrades: Upgrade[] = [];
    for (const path of input.paths) upgrades.push(await runOne(path, input, runtime));
    return { upgrades };
  },
  view,
  toJson: (result) => ({ services: 'report' in result ? result.report.rows.map(fleetJson) : result.upgrades.map(upgradeJson) }),
  exitCode: (result) => ('report' in result ? fleetExit(result) : worst(result.upgrades.map(upgradeExit))),
};

function runOne(path: string, { mode, set, yes, to }: Common, runtime: Runtime): Promise<Upgrade> {
  switch (mode) {
    case 'check':
      return checkService(path, runtime, { to });
    case 'heal':
      return healService({ path, yes, summary }, runtime);
    case 'continue':
      return continueUpgrade(path, runtime);
    case 'abort':
      return abortUpgrade(path, runtime);
    default:
      return upgradeService({ path, set, yes, to, dryRun: mode === 'dryRun', summary }, runtime);
  }
}

async function runFleet({ fleet, status, mode, set, yes, to }: Extract<Input, { fleet: FleetOptions }>, runtime: Runtime): Promise<Result> {
  const { upgradeFleet } = await import('../../fleet/upgrade-fleet.ts');
  const where = await fleetWhere(fleet.where, runtime);
  const order: FleetOrder = { ...fleet, where, set, yes, to, mode: status ? 'look' : mode === 'write' ? 'upgrade' : 'plan' };
  return { report: await upgradeFleet(order, runtime), isCheck: mode === 'check' };
}

function fleetInput(
  [where, ...more]: readonly string[],
  flags: Flags,
  mode: Mode,
): { readonly fleet: FleetOptions; readonly status: boolean } {
  if (more.length > 0) {
    throw new SvcError('input/invalid', `--all takes one place, not also ${more.join(' ')}`, {
      hint: 'Write the places into a file, one a line: svc upgrade --all repositories.txt',
    });
  }
  if (mode === 'heal' || mode === 'continue' || mode === 'abort') {
    throw new SvcError('input/invalid', `--${mode} and --all cannot be given together`, {
      hint: `Name the service: svc upgrade <folder> --${mode}`,
    });
  }
  return { fleet: fleetOptions(where, flags), status: flags['status'] === true };
}

function refuseFleetFlags(flags: Flags): void {
  const given = Object.entries(FLEET_FLAGS).flatMap(([name, written]) => (flags[name] === undefined ? [] : [written]));
  if (flags['push'] === false) given.push('--no-push');
  if (given.length === 0) return;
  throw new SvcError('input/invalid', `${given.join(', ')} is for many services at once`, {
    hint: `Write: svc upgrade --all ${given.join(' ')}`,
  });
}

const MODES = { dryRun: '--dry-run', check: '--check', heal: '--heal', continue: '--continue', abort: '--abort' } as const;

function modeOf(flags: Flags): Mode {
  const given = (Object.keys(MODES) as (keyof typeof MODES)[]).filter((mode) => flags[mode] === true);
  const [first = 'write', second] = given;
  if (second === undefined) return first;
  throw new SvcError('input/invalid', `${given.map((mode) => MODES[mode]).join(' and ')} cannot be given together`, {
    hint: 'Give one of them: svc upgrade --help',
  });
}

function versionOf(flags: Readonly<Record<string, unknown>>, mode: Mode): string | undefined {
  const to = flags['to'];
  if (typeof to !== 'string') return undefined;
  if (mode === 'write' || mode === 'dryRun' || mode === 'check') return to;
  throw new SvcError('input/invalid', `--to means nothing with --${mode}`, { hint: 'Write: svc upgrade --to 1.5.0' });
}

function upgradeJson({ state, name, folder, root, template, files, notes }: Upgrade): unknown {
  return {
    state,
    name,
    folder,
    template,
    files: files.map(({ path, from, fate, ownership, message }) => ({
      path: join(root, path),
      ...(from !== undefined && { from: join(root, from) }),
      fate,
      ownership,
      message,
    })),
    notes,
  };
}

function fleetJson({
  name,
  repository,
  folder,
  owner,
  template,
  state,
  branch,
  commit,
  pullRequest,
  reason,
  hint,
  conflicts,
}: FleetRow): unknown {
  return { state, name, repository, folder, owner, template, branch, commit, pullRequest, reason, hint, conflicts };
}

function upgradeExit({ state, files }: Upgrade): ExitCode {
  if (state === 'behind') return EXIT.failed;
  const disputed = (state === 'conflict' || state === 'planned') && files.some(({ fate }) => fate === 'conflict');
  return disputed ? EXIT.conflict : EXIT.ok;
}

/** A look is no failure, whatever it shows; a run is one where something is left for a person to do. */
function fleetExit({ report: { mode, rows, stopped }, isCheck }: Extract<Result, { report: FleetReport }>): ExitCode {
  if (stopped) return EXIT.interrupted;
  const has = (state: FleetRow['state']) => rows.some((row) => row.state === state);
  if (isCheck) return rows.every(({ state }) => state === 'current' || state === 'merged') ? EXIT.ok : EXIT.failed;
  if (mode === 'look') return EXIT.ok;
  return has('failed') ? EXIT.failed : has('conflict') ? EXIT.conflict : EXIT.ok;
}

function worst(codes: readonly ExitCode[]): ExitCode {
  return codes.includes(EXIT.failed) ? EXIT.failed : (codes.find((code) => code !== EXIT.ok) ?? EXIT.ok);
}
