import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { scratch } from './files.ts';
import { type Judge, judgedBy } from './judges.ts';
import { ROOT } from './services.ts';

/** What svckit's own repository is delivered with. */
const judges: Judge[] = [
  {
    title: 'the workflow of svckit',
    tool: 'actionlint',
    files: /^\.github\/workflows\/.*\.yml$/,
    args: ['-no-color'],
    mistake: ['matrix.node', 'matrix.nodes'],
    says: /property "nodes" is not defined/,
  },
  {
    title: 'the security of the workflow of svckit',
    tool: 'zizmor',
    files: /^\.github\/workflows\/.*\.yml$/,
    args: ['--offline', '--no-progress', '--color=never', '--persona=pedantic'],
    mistake: ['11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2', 'v4'],
    says: /unpinned-uses/,
  },
  {
    title: "the shell scripts of svckit's CI",
    tool: 'shellcheck',
    files: /^\.ci\/(run|.*\.sh)$/,
    args: ['--color=never'],
    mistake: ['"$@"', '$@'],
    says: /SC2068/,
  },
];

const own = scratch();
beforeAll(() => {
  for (const part of ['.ci', '.github']) cpSync(join(ROOT, part), join(own, part), { recursive: true });
});

judgedBy(judges, () => own);
