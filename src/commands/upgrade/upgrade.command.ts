import { join } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { answersOf, collect } from '../../cli/flags.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { abortUpgrade, continueUpgrade } from '../../upgrade/settle.ts';
import { checkService, healService, type Upgrade, upgradeService } from '../../upgrade/upgrade.ts';
import { summary, view } from './upgrade.view.ts';

type Mode = 'write' | 'dryRun' | 'check' | 'heal' | 'continue' | 'abort';

interface Input {
  readonly mode: Mode;
  readonly path: string;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly yes: boolean;
  readonly to: string | undefined;
}

/** `svc upgrade`: a service to the current version of its template, nothing of the user's lost. */
export const upgrade: CommandSpec<Input, Upgrade> = {
  name: 'upgrade',
  summary: 'Bring a service to the current version of its template, your edits kept',
  examples: [
    ['svc upgrade', 'the service in this folder'],
    ['svc upgrade services/orders --dry-run', 'see what would happen to each file, and write nothing'],
    ['svc upgrade --set database=postgres', 'give another answer than when the service was made'],
    ['svc upgrade --to 1.5.0', 'this version of the template and no newer one'],
    ['svc upgrade --check', 'exit 1 where the template is ahead: for pipelines'],
    ['svc upgrade --continue', 'after you have settled conflicts'],
    ['svc upgrade --abort', 'take an upgrade with conflicts back'],
  ],
  declare: (command) =>
    command
      .argument('[path]', 'folder of the service (default: this folder)')
      .option('--dry-run', 'show what would happen to each file, and write nothing')
      .option('--check', 'only say whether the service is behind: exit code 1 where it is')
      .option('--to <version>', 'which version of the template (default: the newest)')
      .option('--heal', 'only take back what was changed of files that are the template’s')
      .option('--set <input=value>', 'another answer; may be repeated, lists are separated by commas', collect, [])
      .option('-y, --yes', 'ask nothing')
      .option('--continue', 'finish an upgrade whose conflicts are settled')
      .option('--abort', 'put everything back to what it was before the upgrade'),
  parse: ([path = '.', ...more], flags) => {
    if (more.length > 0) {
      throw new SvcError('input/invalid', `Too many words: ${more.join(' ')}`, { hint: 'Write: svc upgrade <folder>' });
    }
    const set = answersOf(flags);
    const mode = modeOf(flags);
    if (set.length > 0 && mode !== 'write' && mode !== 'dryRun') {
      throw new SvcError('input/invalid', `--set means nothing with --${mode}`, { hint: 'Write: svc upgrade --set input=value' });
    }
    return { mode, path, set, yes: flags['yes'] === true, to: versionOf(flags, mode) };
  },
  run: ({ mode, path, set, yes, to }, runtime) => {
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
  },
  view,
  toJson: ({ state, name, folder, root, template, files, notes }) => ({
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
  }),
  exitCode: ({ state, files }) => {
    if (state === 'behind') return EXIT.failed;
    const disputed = (state === 'conflict' || state === 'planned') && files.some(({ fate }) => fate === 'conflict');
    return disputed ? EXIT.conflict : EXIT.ok;
  },
};

function versionOf(flags: Readonly<Record<string, unknown>>, mode: Mode): string | undefined {
  const to = flags['to'];
  if (typeof to !== 'string') return undefined;
  if (mode === 'write' || mode === 'dryRun' || mode === 'check') return to;
  throw new SvcError('input/invalid', `--to means nothing with --${mode}`, { hint: 'Write: svc upgrade --to 1.5.0' });
}

const MODES = { dryRun: '--dry-run', check: '--check', heal: '--heal', continue: '--continue', abort: '--abort' } as const;

function modeOf(flags: Readonly<Record<string, unknown>>): Mode {
  const given = (Object.keys(MODES) as (keyof typeof MODES)[]).filter((mode) => flags[mode] === true);
  const [first = 'write', second] = given;
  if (second === undefined) return first;
  throw new SvcError('input/invalid', `${given.map((mode) => MODES[mode]).join(' and ')} cannot be given together`, {
    hint: 'Give one of them: svc upgrade --help',
  });
}
