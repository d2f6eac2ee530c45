import { SvcError } from '../../errors.ts';

/** A part of a file that several services share: the lines between two markers are one service's own. */
export interface Region {
  /** The service. */
  readonly name: string;
  /** Relative to the repository: its extension decides how the markers are commented. */
  readonly path: string;
  readonly body: string;
}

/**
 * The file with the region in it: in the place of the one of that name, else at the end.
 * @param existing the file's text, or undefined where there is none
 * @throws SvcError plan/conflict where the markers in the file are broken
 */
export function withRegion(existing: string | undefined, region: Region): string {
  const { begin, end } = markersOf(region);
  const lines = [begin, ...region.body.replace(/\n$/, '').split('\n'), end];
  if (existing === undefined || existing.trim() === '') return `${lines.join('\n')}\n`;
  const old = existing.replace(/\r?\n$/, '').split(/\r?\n/);
  const eol = existing.includes('\r\n') ? '\r\n' : '\n';
  const [first, last] = placeOf(old, region);
  return [...old.slice(0, first), ...(first === old.length ? [''] : []), ...lines, ...old.slice(last)].join(eol) + eol;
}

/**
 * What stands between the markers, with line feeds; undefined where the file has no region of that name.
 * @throws SvcError plan/conflict where the markers in the file are broken
 */
export function regionIn(existing: string, region: Omit<Region, 'body'>): string | undefined {
  const lines = existing.split(/\r?\n/);
  const [first, last] = placeOf(lines, region);
  return first === lines.length ? undefined : `${lines.slice(first + 1, last - 1).join('\n')}\n`;
}

/**
 * The file without the region and its markers; all else stays.
 * @throws SvcError plan/conflict where the markers in the file are broken
 */
export function withoutRegion(existing: string, region: Omit<Region, 'body'>): string {
  const [first, last] = placeOf(existing.split(/\r?\n/), region);
  const lines = existing.split('\n');
  return [...lines.slice(0, first), ...lines.slice(last)].join('\n');
}

/** Whether a file of this kind can hold markers: it needs comments. */
export function takesRegions(path: string): boolean {
  return !/\.(json|ipynb|csv|txt|svg|png)$/i.test(path);
}

function markersOf({ name, path }: Omit<Region, 'body'>): { readonly begin: string; readonly end: string } {
  const comment = (text: string) => {
    if (/\.(md|html|xml)$/i.test(path)) return `<!-- ${text} -->`;
    return /\.(ts|js|mjs|java|kt|go|gradle)$/i.test(path) ? `// ${text}` : `# ${text}`;
  };
  return { begin: comment(`svckit:begin ${name}`), end: comment(`svckit:end ${name}`) };
}

/** First line of the region and the line after it; both the end of the file where there is none. */
function placeOf(lines: readonly string[], region: Omit<Region, 'body'>): readonly [number, number] {
  const { begin, end } = markersOf(region);
  const [begins, ends] = [begin, end].map((marker) => lines.flatMap((line, index) => (line.trim() === marker ? [index] : [])));
  const [from, to] = [begins?.[0], ends?.[0]];
  if (from === undefined && to === undefined) return [lines.length, lines.length];
  const inside = lines.slice((from ?? 0) + 1, to);
  if (begins?.length !== 1 || ends?.length !== 1 || from === undefined || to === undefined || to < from || inside.some(isMarker)) {
    throw new SvcError('plan/conflict', `${region.path}: the markers "${begin}" and "${end}" do not form one region`, {
      hint: `Mend them by hand: each once, in this order, with nothing of svckit in between`,
    });
  }
  return [from, to + 1];
}

function isMarker(line: string): boolean {
  return /\bsvckit:(begin|end) /.test(line);
}
