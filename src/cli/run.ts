import { EXIT, type ExitCode } from '../errors.ts';
import { success } from '../output/envelope.ts';
import type { Style } from '../output/style.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CommandSpec, Flags, StreamSpec } from './command.ts';
import { drawing } from './screen.ts';

/** Where results go. `err` takes progress and errors. */
export interface Streams {
  readonly style: Style;
  /** True where standard output is a terminal that can be redrawn. */
  readonly live: boolean;
  out(text: string): void;
  err(text: string): void;
}

export interface Given {
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly json: boolean;
}

/** Runs a command with one result and prints it, as text or as JSON. */
export async function runOnce<Input, Result>(
  spec: CommandSpec<Input, Result>,
  given: Given,
  { runtime, streams }: { readonly runtime: Runtime; readonly streams: Streams },
): Promise<ExitCode> {
  const result = await spec.run(spec.parse(given.args, given.flags), runtime);
  if (given.json) streams.out(success(spec.toJson(result)));
  else {
    const text = spec.view(result, streams.style);
    if (text !== '') streams.out(text.endsWith('\n') ? text : `${text}\n`);
  }
  return spec.exitCode?.(result) ?? EXIT.ok;
}

/** Runs a command that goes on, item by item, until it ends or the user ends it. */
export async function runStream<Input, Item>(
  spec: StreamSpec<Input, Item>,
  given: Given,
  { runtime, streams }: { readonly runtime: Runtime; readonly streams: Streams },
): Promise<ExitCode> {
  const items = spec.stream(spec.parse(given.args, given.flags), runtime);
  const screen = drawing(spec.screen(streams.style), {
    live: streams.live,
    write: streams.out,
    columns: () => streams.style.columns,
  });
  for (;;) {
    const next = await items.next();
    if (next.done) {
      screen.end();
      return next.value;
    }
    if (given.json) streams.out(`${JSON.stringify(spec.toJson(next.value))}\n`);
    else screen.show(next.value);
  }
}
