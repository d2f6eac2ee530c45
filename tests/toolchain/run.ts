import { execa, type Options } from 'execa';
import { expect } from 'vitest';

export interface Outcome {
  readonly exitCode: number | undefined;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** Runs a program to its end, whatever that is. A program that cannot be started is an error of the test itself. */
export async function run([file, ...args]: readonly [string, ...string[]], options: Options = {}): Promise<Outcome> {
  const result = await execa(file, args, { ...options, reject: false, all: true, stripFinalNewline: false });
  if (result.exitCode === undefined && result.signal === undefined) throw new Error(result.originalMessage);
  return { exitCode: result.exitCode, output: String(result.all) };
}

/** The program was content. Its output is the reason where it was not. */
export function expectPass({ exitCode, output }: Outcome): void {
  if (exitCode !== 0) expect.fail(`exit code ${exitCode}\n${output}`);
}

/** The program refused, for this reason; a crash or a missing program (126 and above) is not a refusal. */
export function expectRefusal({ exitCode, output }: Outcome, reason: RegExp): void {
  expect(output).toMatch(reason);
  expect(exitCode).toBeGreaterThan(0);
  expect(exitCode).toBeLessThan(126);
}
