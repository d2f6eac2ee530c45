import { CommanderError } from 'commander';
import { EXIT, type ExitCode, SvcError } from '../errors.ts';
import { failure } from '../output/envelope.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Streams } from './run.ts';

/** Shows a failure: code and hint where it was foreseen, a stack where it is a bug. */
export function report(
  error: unknown,
  { runtime, streams, json }: { readonly runtime: Runtime; readonly streams: Streams; readonly json: boolean },
): ExitCode {
  if (runtime.signal.aborted) return EXIT.interrupted;
  if (error instanceof CommanderError) return usage(error, { streams, json });
  if (json) streams.out(failure(error));
  else streams.err(text(error, streams));
  return error instanceof SvcError ? error.exitCode : EXIT.bug;
}

/** Commander has printed help or its message already; scripts get the envelope all the same. */
function usage(error: CommanderError, { streams, json }: { readonly streams: Streams; readonly json: boolean }): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  const message = error.message.replace(/^error: /, '');
  if (json) streams.out(failure(new SvcError('input/invalid', message, { hint: 'See: svc --help', cause: error })));
  return EXIT.usage;
}

function text(error: unknown, { style }: Streams): string {
  if (error instanceof SvcError) return `${style.bad('error')}: ${error.message}\n${style.faint(`${error.hint}`)}\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${style.bad('bug')}: ${stack}\n${style.faint('This is a bug in svckit: please report it with the lines above.')}\n`;
}
