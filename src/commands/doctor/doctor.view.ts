import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import type { Finding } from '../../tool/tools.ts';

export interface Result {
  readonly findings: readonly Finding[];
  readonly ready: boolean;
  /** The folder that holds what changes at run time. */
  readonly state: string;
}

const MARK = { ok: '✓', old: '!', missing: '–' } as const;

export function view({ findings, ready, state }: Result, style: Style): string {
  const advice = findings.filter((finding) => finding.advice !== undefined);
  return [
    table(findings, columns(style), style),
    ...advice.map((finding) => `\n${paint(finding, style)(`${finding.tool}:`)} ${finding.advice}`),
    `\n${style.faint(`State of local systems: ${state}`)}`,
    ready ? style.good('Ready.') : style.bad('Not ready: see above.'),
  ].join('\n');
}

function columns(style: Style): readonly Column<Finding>[] {
  return [
    { title: '', text: ({ state }) => MARK[state], paint: (text, finding) => paint(finding, style)(text) },
    { title: 'TOOL', text: ({ tool }) => tool, paint: style.strong },
    { title: 'VERSION', text: ({ version }) => version ?? '' },
    { title: 'FOR', text: ({ purpose }) => purpose, paint: style.faint, shrinks: true },
  ];
}

function paint({ state, needed }: Finding, style: Style): (text: string) => string {
  if (state === 'ok') return style.good;
  return needed === 'always' ? style.bad : style.warn;
}
