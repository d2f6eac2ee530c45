/** A file of the template that is not as it was written, and is not the user's to change. */
export interface DriftedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly ownership: 'owned' | 'region';
  readonly difference: string;
}

/** What a scan keeps of one service: little, as there may be thousands. */
export interface ScanRow {
  readonly name: string;
  /** Where it is: a path from what was scanned, or the repository it was cloned from with the path in it. */
  readonly place: string;
  readonly kind: 'service' | 'workspace';
  readonly owner?: string;
  readonly catalog: { readonly state: 'valid' | 'invalid' | 'none'; readonly problems: readonly string[] };
  /** Absent where no template made it. `offered` is what its source has now. */
  readonly template?: { readonly name: string; readonly version: string; readonly offered?: string };
  /** Absent where no template made it, or the template cannot be read. */
  readonly behind?: boolean;
  readonly drifted: readonly DriftedFile[];
  /** How many other files of the template were changed, as their ownership allows. */
  readonly edited: number;
  readonly missing: readonly string[];
  /** Why it could not be read, or its template could not, in one line. */
  readonly error?: string;
}

export interface ScanSummary {
  readonly services: number;
  readonly current: number;
  readonly behind: number;
  readonly drifted: number;
  readonly withoutTemplate: number;
  readonly invalidCatalog: number;
  readonly failed: number;
  /** Services by template and version, the most frequent first. */
  readonly templates: readonly { readonly template: string; readonly services: number }[];
  /** Services that lack a standard, by standard, the most frequent first. */
  readonly missing: readonly { readonly standard: string; readonly services: number }[];
}

export interface ScanReport {
  /** What was asked for. */
  readonly where: string;
  /** By place. */
  readonly rows: readonly ScanRow[];
  /** Of all that was looked at, whatever rows are shown. */
  readonly summary: ScanSummary;
}

/** Which rows are shown. */
export interface RowFilter {
  readonly behind: boolean;
  readonly drifted: boolean;
  readonly owner: string | undefined;
}

/** The report of these services: those of one owner, or of all. */
export function reportOf(where: string, rows: readonly ScanRow[], { behind, drifted, owner }: RowFilter): ScanReport {
  const looked = rows.filter((row) => owner === undefined || row.owner === owner).sort((a, b) => (a.place < b.place ? -1 : 1));
  const shown = looked.filter((row) => (!behind && !drifted) || (behind && row.behind === true) || (drifted && row.drifted.length > 0));
  return { where, rows: shown, summary: summaryOf(looked) };
}

function summaryOf(rows: readonly ScanRow[]): ScanSummary {
  const count = (is: (row: ScanRow) => boolean) => rows.filter(is).length;
  return {
    services: rows.length,
    current: count(({ behind, drifted }) => behind === false && drifted.length === 0),
    behind: count(({ behind }) => behind === true),
    drifted: count(({ drifted }) => drifted.length > 0),
    withoutTemplate: count(({ template, error }) => template === undefined && error === undefined),
    invalidCatalog: count(({ catalog }) => catalog.state === 'invalid'),
    failed: count(({ error }) => error !== undefined),
    templates: tally(rows.flatMap(({ template }) => (template ? [`${template.name} ${template.version}`] : []))).map(
      ([template, services]) => {
        return { template, services };
      },
    ),
    missing: tally(rows.flatMap(({ missing }) => missing)).map(([standard, services]) => ({ standard, services })),
  };
}

function tally(names: readonly string[]): readonly (readonly [name: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
