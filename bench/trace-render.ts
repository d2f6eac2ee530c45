/** What `svc trace` does between the answer of the store and the terminal, as a program of its own: OTLP JSON on disk to text. */
import { readFileSync, writeFileSync } from 'node:fs';
import { coloured } from '../src/output/style.ts';
import { waterfall } from '../src/output/waterfall.ts';
import { analyse } from '../src/trace/analysis.ts';
import { readOtlp } from '../src/trace/otlp.ts';
import { buildTree } from '../src/trace/tree.ts';

const [file = '', out = '', mode] = process.argv.slice(2);
const { spans, problems } = readOtlp(JSON.parse(readFileSync(file, 'utf8')));
const [first, ...rest] = spans;
if (!first) throw new Error('the trace is empty');
writeFileSync(out, waterfall(analyse(buildTree([first, ...rest])), coloured(1, 120), { all: mode === 'all', problems }));
