import type { Command } from 'commander';
import type { ExitCode } from '../errors.ts';
import type { Style } from '../output/style.ts';
import type { Runtime } from '../runtime/runtime.ts';

export type Flags = Readonly<Record<string, unknown>>;

interface Declared<Input> {
  /** One word, or two: those that share the first stand below it in the help. */
  readonly name: string;
  readonly summary: string;
  /** Command lines that a reader can try, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** What the positional arguments name: the shell completes them. */
  readonly completes?: 'service' | 'template' | 'capability' | 'shell' | 'folder';
  /** Arguments and options; `--json` is added to every command. */
  declare(command: Command): Command;
  /** @throws SvcError input/invalid */
  parse(args: readonly string[], flags: Flags): Input;
}

/** A command with one result. `run` returns data and never prints. */
export interface CommandSpec<Input, Result> extends Declared<Input> {
  run(input: Input, runtime: Runtime): Promise<Result>;
  view(result: Result, style: Style): string;
  /** The shape that scripts rely on: it changes only with the envelope's version. */
  toJson(result: Result): unknown;
  exitCode?(result: Result): ExitCode;
}

/** A command that goes on: each item is a line (under `--json` a JSON object a line) until the stream or the user ends it. */
export interface StreamSpec<Input, Item> extends Declared<Input> {
  /** Ends with the exit code. Returning early (the user's Ctrl-C) runs its `finally` blocks. */
  stream(input: Input, runtime: Runtime): AsyncGenerator<Item, ExitCode>;
  /** A fresh picture of the stream: it is told each item, and says what to print and what stands below it on a terminal. */
  screen(style: Style): Screen<Item>;
  toJson(item: Item): unknown;
}

export interface Screen<Item> {
  /** Lines to print for this item, often none or one. */
  print(item: Item): readonly string[];
  /** The live part below the printed lines, redrawn after each item; only on a terminal. */
  footer?(columns: number): readonly string[];
}

/** Any command: its input and result fit each other, which only it knows. */
export type AnyCommand = CommandSpec<unknown, unknown> | StreamSpec<unknown, unknown>;
