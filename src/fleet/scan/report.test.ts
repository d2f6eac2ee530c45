import { expect, it } from 'vitest';
import { reportOf, type ScanRow } from './report.ts';

const row = (place: string, more: Partial<ScanRow> = {}): ScanRow => {
  return { name: place, place, kind: 'service', catalog: { state: 'valid', problems: [] }, drifted: [], edited: 0, missing: [], ...more };
};
const template = { name: 'http', version: '1.0.0', offered: '1.1.0' };
const drifted = [{ path: 'ci.yml', ownership: 'owned', difference: 'edited' }] as const;
const rows = [
  row('b', { template, behind: true, owner: 'team-a', missing: ['docs'] }),
  row('a', { template, behind: false, drifted, owner: 'team-b' }),
  row('c', { catalog: { state: 'invalid', problems: ['x'] }, missing: ['docs', 'tests'] }),
  row('d', { error: 'no' }),
  row('e', { template, behind: false }),
];
const all = { behind: false, drifted: false, owner: undefined };

it('sorts by place and counts every kind of trouble once', () => {
  const { rows: shown, summary } = reportOf('.', rows, all);
  expect(shown.map(({ place }) => place)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(summary).toEqual({
    services: 5,
    current: 1,
    behind: 1,
    drifted: 1,
    withoutTemplate: 1,
    invalidCatalog: 1,
    failed: 1,
    templates: [{ template: 'http 1.0.0', services: 3 }],
    missing: [
      { standard: 'docs', services: 2 },
      { standard: 'tests', services: 1 },
    ],
  });
});

it.each([
  ['behind', { ...all, behind: true }, ['b']],
  ['drifted', { ...all, drifted: true }, ['a']],
  ['either', { ...all, behind: true, drifted: true }, ['a', 'b']],
  ['of an owner', { ...all, owner: 'team-b' }, ['a']],
])('shows what is %s, and sums up the rest as well', (_, filter, places) => {
  expect(reportOf('.', rows, filter).rows.map(({ place }) => place)).toEqual(places);
});
