import type { AnyCommand } from './cli/command.ts';
import type { Streams } from './cli/run.ts';
import { EXIT, type ExitCode } from './errors.ts';
import type { Runtime } from './runtime/runtime.ts';

/** Every command by the one or two words that call it, loaded only when it is asked for: the order is the order of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  new: async () => (await import('./commands/new/new.command.ts')).newService,
  up: async () => (await import('./commands/up/up.command.ts')).up,
  render: async () => (await import('./commands/render/render.command.ts')).render,
  deploy: async () => (await import('./commands/deploy/deploy.command.ts')).deploy,
  'deploy history': async () => (await import('./commands/deploy-history/deploy-history.command.ts')).deployHistory,
  status: async () => (await import('./commands/status/status.command.ts')).status,
  rollback: async () => (await import('./commands/rollback/rollback.command.ts')).rollback,
  upgrade: async () => (await import('./commands/upgrade/upgrade.command.ts')).upgrade,
  add: async () => (await import('./commands/add/add.command.ts')).add,
  adopt: async () => (await import('./commands/adopt/adopt.command.ts')).adopt,
  diff: async () => (await import('./commands/diff/diff.command.ts')).diff,
  scan: async () => (await import('./commands/scan/scan.command.ts')).scan,
  list: async () => (await import('./commands/list/list.command.ts')).list,
  trace: async () => (await import('./commands/trace/trace.command.ts')).trace,
  'events dead': async () => (await import('./commands/events-dead/events-dead.command.ts')).eventsDead,
  'events replay': async () => (await import('./commands/events-replay/events-replay.command.ts')).eventsReplay,
  'events sagas': async () => (await import('./commands/events-sagas/events-sagas.command.ts')).eventsSagas,
  logs: async () => (await import('./commands/logs/logs.command.ts')).logs,
  down: async () => (await import('./commands/down/down.command.ts')).down,
  demo: async () => (await import('./commands/demo/demo.command.ts')).demo,
  doctor: async () => (await import('./commands/doctor/doctor.command.ts')).doctor,
  'template check': async () => (await import('./commands/template-check/template-check.command.ts')).templateCheck,
  'template test': async () => (await import('./commands/template-test/template-test.command.ts')).templateTest,
  'template docs': async () => (await import('./commands/template-docs/template-docs.command.ts')).templateDocs,
  completion: async () => (await import('./commands/completion/completion.command.ts')).completion,
};

/** What the help says of a first word that is no command itself. */
const GROUPS: Readonly<Record<string, string>> = {
  events: 'Look after events that services could not handle',
  template: 'Check, test and describe a template of your own',
};

export interface World {
  readonly runtime: Runtime;
  readonly streams: Streams;
  readonly version: string;
}

/** Runs one command line. The only place where errors become text and exit codes. */
export async function main(argv: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  try {
    if (argv[0] === COMPLETE) return await complete(argv.slice(1), world);
    const { program } = await import('./cli/program.ts');
    const root = program(await specsFor(argv), GROUPS, { ...world, finish: (code) => (exitCode = code) });
    await root.parseAsync([...(argv.length === 0 ? ['--help'] : argv)], { from: 'user' });
    return exitCode;
  } catch (error) {
    const { report } = await import('./cli/report.ts');
    return report(error, { ...world, json: argv.includes('--json') });
  }
}

/** What the shells' completion scripts call; see `svc completion`. */
const COMPLETE = '__complete';

async function complete(words: readonly string[], world: World): Promise<ExitCode> {
  const { candidates } = await import('./cli/complete.ts');
  const { namesOf } = await import('./cli/names.ts');
  const found = await candidates(words, await specsFor([]), (kind, before) => namesOf(kind, before, world.runtime));
  world.streams.out(found.map((candidate) => `${candidate}\n`).join(''));
  return EXIT.ok;
}

/** The command that is named, all that begin with its first word, or all there are where help or a suggestion needs them. */
async function specsFor([first = '', second = '']: readonly string[]): Promise<readonly AnyCommand[]> {
  const names = Object.keys(COMMANDS);
  const family = names.filter((name) => name === first || name.startsWith(`${first} `));
  const named = family.filter((name) => name === `${first} ${second}`);
  const wanted = [named, family, names].find((found) => found.length > 0) ?? [];
  return Promise.all(wanted.flatMap((name) => COMMANDS[name]?.() ?? []));
}
