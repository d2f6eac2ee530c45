import type { Line } from './small-service.ts';

/** Works off a list of cases, a worker for each line; resolves with everything that was found wrong. */
export async function inLines<T>(
  cases: readonly T[],
  lines: readonly Line[],
  run: (each: T, line: Line) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const left = [...cases];
  const found: string[] = [];
  const work = async (line: Line) => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) found.push(...(await run(each, line)));
  };
  await Promise.all(lines.map(work));
  return found;
}
