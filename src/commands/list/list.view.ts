import { counted } from '../../document/counted.ts';
import { shortImage } from '../../output/image-name.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput } from '../../output/text.ts';
import type { Standing } from '../../target/kubernetes/list.ts';
import type { Problem } from '../../workspace/workspace.ts';

/** How a service is doing in one environment. */
export interface Health {
  readonly state: string;
  readonly url: string | undefined;
}

export interface Row {
  readonly name: string;
  readonly owner: string | undefined;
  readonly system: string | undefined;
  readonly version: string | undefined;
  /** `offered` is the version that the template has now. */
  readonly template: { readonly name: string; readonly version: string; readonly offered?: string } | undefined;
  /** Absent where no template made it, or what the template has now is not known. */
  readonly behind?: boolean;
  /** Changed files of the template's own; absent where nobody asked. */
  readonly drifted?: readonly string[];
  /** Relative to the root. */
  readonly folder: string;
  /** By environment; an environment where it does not run is absent. */
  readonly environments: Readonly<Record<string, Health>>;
  readonly problems: readonly Problem[];
}

/** How the services of the workspace stand in one environment. */
export interface ClusterListing {
  readonly environment: string;
  readonly context: string;
  readonly namespace: string;
  readonly standings: readonly Standing[];
}

export interface Listing {
  readonly root: string;
  readonly rows: readonly Row[];
  /** How many services there are besides those that are shown. */
  readonly hidden: number;
}

export type Result = Listing | ClusterListing;

export function view(result: Result, style: Style): string {
  return 'standings' in result ? clusterText(result, style) : listingText(result, style);
}

function clusterText({ environment, context, namespace, standings }: ClusterListing, style: Style): string {
  if (standings.length === 0) return `There is no service here.\n${style.faint('Make one: svc new http-service orders')}`;
  const unwell = standings.find(({ state }) => state !== 'ready' && state !== 'none');
  return [
    style.faint(`${namespace} in ${context}`),
    table(standings, clusterColumns(style), style),
    ...(unwell ? [`\n${style.faint(`More: svc status ${unwell.service} --env ${environment}`)}`] : []),
  ].join('\n');
}

const STATES: Readonly<Record<Standing['state'], string>> = {
  ready: 'ready',
  waiting: 'waiting',
  failed: 'failed',
  gone: 'gone',
  none: 'not deployed',
};

function clusterColumns(style: Style): readonly Column<Standing>[] {
  return [
    { title: 'SERVICE', text: ({ service }) => service, paint: style.strong },
    { title: 'STATE', text: ({ state }) => STATES[state], paint: (text, { state }) => paintedStanding(text, state, style) },
    { title: 'PODS', text: ({ pods }) => (pods ? `${pods.ready}/${pods.wanted}` : '') },
    { title: 'REVISION', text: ({ record }) => (record ? String(record.revision) : '') },
    { title: 'IMAGE', text: ({ images }) => images.slice(0, 1).map(shortImage).join(''), shrinks: true },
    { title: 'SINCE', text: ({ record }) => record?.at.replace(/\.\d+Z$/, 'Z') ?? '', paint: style.faint },
    { title: 'WHY', text: ({ why = '' }) => printableOutput(why), shrinks: true },
  ];
}

function paintedStanding(text: string, state: Standing['state'], style: Style): string {
  if (state === 'ready') return style.good(text);
  if (state === 'none') return style.faint(text);
  return state === 'waiting' ? style.warn(text) : style.bad(text);
}

function listingText({ root, rows, hidden }: Listing, style: Style): string {
  if (rows.length === 0 && hidden > 0) return `${style.good('✓')} None of ${counted(hidden, 'service')} is like that`;
  if (rows.length === 0) return `There is no service in ${root} yet.\n${style.faint('Make one: svc new http-service orders')}`;
  const problems = rows.flatMap((row) => row.problems);
  return [
    table(rows, columns(rows, style), style),
    ...problems.map(({ message, hint }) => `\n${style.bad(message)}\n${style.faint(hint)}`),
  ].join('\n');
}

function columns(rows: readonly Row[], style: Style): readonly Column<Row>[] {
  const environments = [...new Set(rows.flatMap((row) => Object.keys(row.environments)))].sort();
  return [
    { title: 'SERVICE', text: ({ name }) => name, paint: style.strong },
    { title: 'OWNER', text: ({ owner = '' }) => owner, shrinks: true },
    { title: 'SYSTEM', text: ({ system = '' }) => system, shrinks: true },
    { title: 'VERSION', text: ({ version = '' }) => version },
    {
      title: 'TEMPLATE',
      text: templateText,
      paint: (text, { behind }) => (behind ? style.warn(text) : style.faint(text)),
      shrinks: true,
    },
    { title: 'DRIFTED', text: ({ drifted }) => (drifted?.length ? String(drifted.length) : ''), paint: style.bad },
    ...environments.flatMap((name): Column<Row>[] => [
      {
        title: name.toUpperCase(),
        text: (row) => row.environments[name]?.state ?? '–',
        paint: (text, row) => painted(text, row.environments[name]?.state, style),
      },
      { title: 'URL', text: (row) => row.environments[name]?.url ?? '', paint: style.accent },
    ]),
  ];
}

/** `http-service 1.0.0 → 1.1.0` where it is behind; a template under work may change and keep its version. */
function templateText({ template, behind }: Row): string {
  if (!template) return '';
  const made = `${template.name} ${template.version}`;
  if (!behind) return made;
  return template.offered === template.version ? `${made}, changed` : `${made} → ${template.offered}`;
}

function painted(text: string, state: string | undefined, style: Style): string {
  if (state === 'ready') return style.good(text);
  if (state === 'failed' || state === 'restarting') return style.bad(text);
  return state === undefined ? style.faint(text) : style.warn(text);
}
