import { cpSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { canSpoil, filesMatching, type Mistake, scratch, spoil } from './files.ts';
import { expectPass, expectRefusal, run } from './run.ts';
import { describeWith, type Tool } from './tools.ts';

/** A real program that says whether files are good, and one mistake that it is known to notice. */
export interface Judge {
  readonly title: string;
  readonly tool: Tool;
  /** Which files it is given; a path relative to the folder. */
  readonly files: RegExp;
  readonly args: readonly string[];
  /** What it must notice, made in the first file that has such a text. */
  readonly mistake: Mistake;
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

/** Two tests for each judge: it passes what is in the folder, and refuses it once the mistake is made. */
export function judgedBy(judges: readonly Judge[], folder: () => string): void {
  for (const judge of judges) {
    describeWith(judge.title, [judge.tool], (paths) => {
      const spoilt = scratch();
      const verdict = (files: readonly string[]) => run([paths[judge.tool], ...judge.args, ...files], { env: judge.env ?? {} });

      it(`passes with ${judge.tool}`, { timeout: 300_000 }, async () => {
        const files = filesMatching(folder(), judge.files);
        expect(files).not.toEqual([]);
        expectPass(await verdict(files));
      });

      it(`is refused by ${judge.tool} with a mistake in it`, async () => {
        const file = filesMatching(folder(), judge.files).find((each) => canSpoil(each, judge.mistake)) ?? '';
        cpSync(dirname(file), spoilt, { recursive: true });
        const copy = join(spoilt, basename(file));
        spoil(copy, judge.mistake);
        expectRefusal(await verdict([copy]), judge.says);
      });
    });
  }
}
