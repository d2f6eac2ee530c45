import type { ScanReport, ScanRow, ScanSummary } from '../../fleet/scan/report.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable, truncate } from '../../output/text.ts';

/** Troubles named below the table; all of them are in the JSON. */
const NAMED = 20;

/** What a person sees of `svc scan`: a row a service, what is wrong in words, and what it comes to. */
export function view({ markdown, ...report }: ScanReport & { readonly markdown: boolean }, style: Style): string {
  if (report.summary.services === 0) {
    return `There is no service in ${printable(report.where)}.\n${style.faint('A service has a lock of svc, a catalog-info.yaml, or a program at the root of its repository')}`;
  }
  return markdown ? inMarkdown(report) : inColumns(report, style);
}

function inColumns({ rows, summary }: ScanReport, style: Style): string {
  const troubles = rows.flatMap(troublesOf);
  const more = troubles.length > NAMED ? [style.faint(`… and ${troubles.length - NAMED} more: svc scan --json`)] : [];
  const told = troubles.slice(0, NAMED).map((trouble) => style.bad(truncate(trouble, style.columns)));
  const shown = rows.length > 0 ? [table(rows, columns(style), style)] : [style.faint('No service is like that.')];
  return [...shown, ...(told.length > 0 ? ['', ...told, ...more] : []), '', ...summed(summary, style)].join('\n');
}

function columns(style: Style): readonly Column<ScanRow>[] {
  return [
    { title: 'SERVICE', text: serviceText, paint: style.strong, shrinks: true },
    { title: 'OWNER', text: ({ owner = '–' }) => printable(owner), shrinks: true },
    { title: 'TEMPLATE', text: templateText, paint: (text, { behind }) => (behind ? style.warn(text) : text), shrinks: true },
    { title: 'DRIFTED', text: ({ drifted }) => (drifted.length > 0 ? String(drifted.length) : ''), paint: style.bad },
    {
      title: 'CATALOG',
      text: catalogText,
      paint: (text, row) => (row.catalog.state === 'valid' ? text : style.warn(text)),
    },
    { title: 'MISSING', text: ({ missing }) => missing.join(' '), paint: style.faint, shrinks: true },
  ];
}

/** A folder that cannot be read says nothing of its catalog entry. */
function catalogText({ catalog, error }: ScanRow): string {
  return error !== undefined && catalog.state === 'none' ? '' : catalog.state;
}

/** Its place, and its name where that is another. */
function serviceText({ name, place }: ScanRow): string {
  return printable(place === name || place.endsWith(`/${name}`) ? place : `${place} (${name})`);
}

/** `http-service 1.0.0 → 1.1.0` where it is behind; a template under work may change and keep its version. */
function templateText({ template, behind }: ScanRow): string {
  if (!template) return '–';
  const made = `${template.name} ${template.version}`;
  if (!behind) return printable(made);
  return printable(template.offered === template.version ? `${made}, changed` : `${made} → ${template.offered ?? ''}`);
}

function troublesOf({ place, catalog, error }: ScanRow): readonly string[] {
  const lines = [...(error === undefined ? [] : [error]), ...catalog.problems];
  return lines.map((line) => printable(`${place}: ${line}`));
}

function summed(summary: ScanSummary, style: Style): readonly string[] {
  const { templates, missing } = summary;
  return [
    `${style.strong(`${summary.services} looked at`)}: ${counts(summary)}`,
    ...(templates.length > 0
      ? [style.faint(`Templates: ${templates.map(({ template, services }) => `${printable(template)} (${services})`).join(', ')}`)]
      : []),
    ...(missing.length > 0
      ? [style.faint(`Missing: ${missing.map(({ standard, services }) => `${standard} (${services})`).join(', ')}`)]
      : []),
  ];
}

function counts({ current, behind, drifted, withoutTemplate, invalidCatalog, failed }: ScanSummary): string {
  const parts: readonly (readonly [count: number, what: string])[] = [
    [current, 'as their template is'],
    [behind, 'behind'],
    [drifted, 'drifted'],
    [withoutTemplate, 'without a template'],
    [invalidCatalog, 'with a wrong catalog entry'],
    [failed, 'not to be read'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

function inMarkdown({ where, rows, summary }: ScanReport): string {
  const cells = rows.map((row) => [
    row.name,
    row.place,
    row.owner ?? '–',
    templateText(row),
    row.drifted.map(({ path }) => path).join(', '),
    row.catalog.state,
    row.missing.join(', '),
  ]);
  const head = ['Service', 'Place', 'Owner', 'Template', 'Drifted', 'Catalog', 'Missing'];
  const line = (each: readonly string[]) => `| ${each.map(escaped).join(' | ')} |`;
  const troubles = rows.flatMap(troublesOf).map((trouble) => `- ${escaped(trouble)}`);
  return [
    `# Services in ${escaped(where)}`,
    '',
    `${summary.services} looked at: ${counts(summary)}.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...cells.map(line),
    ...(troubles.length > 0 ? ['', '## To mend', '', ...troubles] : []),
  ].join('\n');
}

/** Names come from strangers: none of them makes a cell, a link or a tag of its own. */
function escaped(text: string): string {
  return printable(text).replace(/[\\|`*_[\]<>]/g, (sign) => `\\${sign}`);
}
