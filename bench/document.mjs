/** The page that holds measured tables, each between two markers: written with BENCH_WRITE=1, compared otherwise. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'upgrade-compared.md');

/** Whether the page holds this text in its section; with BENCH_WRITE=1 it does afterwards. */
export function documented(section, text) {
  const was = readFileSync(page, 'utf8');
  const begin = `<!-- measured: ${section} -->\n`;
  const [before, rest] = was.split(begin);
  const end = rest?.indexOf('<!-- end -->') ?? -1;
  if (end < 0) throw new Error(`${page} has no section "${section}"`);
  const now = `${before}${begin}${text}\n${rest.slice(end)}`;
  if (process.env.BENCH_WRITE === '1') writeFileSync(page, now);
  return process.env.BENCH_WRITE === '1' || was === now;
}
