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

/** The commander program for these specs: declarations, help and parsing; what a command does is in its spec. */
export function program(
  specs: readonly AnyCommand[],
  version: string,
  world: { readonly runtime: Runtime; readonly streams: Streams; finish(code: ExitCode): void },
): Command {
  const { streams } = world;
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
  for (const spec of specs) register(root, spec, world);
  return root;
}

function register(
  root: Command,
  spec: AnyCommand,
  world: { readonly runtime: Runtime; readonly streams: Streams; finish(code: ExitCode): void },
): void {
  const command = spec.declare(root.command(spec.name).description(spec.summary)).option('--json', 'print JSON for scripts');
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
