import { Command } from 'commander';
import type { ExitCode } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AnyCommand } from './command.ts';
import { runOnce, runStream, type Streams } from './run.ts';

const INTRO = 'Create, run, deploy, trace and keep up to date a fleet of standardized services.';
const OUTRO = `
Start here:
  svc demo                          see everything once, on this machine
  svc new http-service orders       make a service
  svc up                            run the services of this folder
`;

/** What a program runs in. */
interface ProgramWorld {
  readonly runtime: Runtime;
  readonly streams: Streams;
  readonly version: string;
  finish(code: ExitCode): void;
}

/**
 * The commander program for these specs: declarations, help and parsing; what a command does is in its spec.
 * @param groups what the help says of a first word that several commands share
 */
export function program(specs: readonly AnyCommand[], groups: Readonly<Record<string, string>>, world: ProgramWorld): Command {
  const { streams, version } = world;
  const root = new Command('svc')
    .description(INTRO)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'Show help of a command')
    .addHelpText('after', OUTRO)
    .exitOverride()
    .showHelpAfterError(false)
    .configureHelp({ helpWidth: streams.style.columns, sortSubcommands: false })
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      outputError: (text, write) => write(`${streams.style.bad('error')}${text.replace(/^error/, '')}`),
    });
  for (const spec of specs) register(commandFor(spec, { root, groups }), spec, world);
  return root;
}

/** A name of two words is a command below the first, which is made where it is no command itself. */
function commandFor(
  { name, summary }: AnyCommand,
  { root, groups }: { readonly root: Command; readonly groups: Readonly<Record<string, string>> },
): Command {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return root.command(first).description(summary);
  const parent = root.commands.find((known) => known.name() === first) ?? root.command(first).description(groups[first] ?? '');
  return parent.command(second).description(summary);
}

function register(named: Command, spec: AnyCommand, world: ProgramWorld): void {
  const command = spec.declare(named).option('--json', 'print JSON for scripts');
  command.addHelpText('after', examples(spec.examples)).showHelpAfterError(`\nSee: svc ${spec.name} --help`);
  command.action(async () => {
    const { json = false, ...flags } = command.opts<{ json?: boolean }>();
    const given = { args: command.args, flags, json };
    world.finish(await ('stream' in spec ? runStream(spec, given, world) : runOnce(spec, given, world)));
  });
}

function examples(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...lines.map(([line]) => line.length));
  return ['\nExamples:', ...lines.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`)].join('\n');
}
