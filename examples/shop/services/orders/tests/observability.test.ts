import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { example, startApp } from './app.ts';

/** What Prometheus adds by itself: a metric for each target, and labels that say where a sample comes from. */
const addedMetrics = ['up'];
const addedLabels = ['job', 'instance', 'namespace'];

interface Label {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

interface Selector {
  readonly metric: string;
  readonly labels: readonly Label[];
}

const app = await startApp();
afterAll(() => app.stop());

await app.place(example);
const exported = await (await fetch(`${app.url}/metrics`)).text();

test.each(['alerts.yaml', 'dashboard.json'])('%s asks for nothing that the service does not export', (file) => {
  const source = read(file);
  const known = [...addedMetrics, ...recordedIn(source)];
  const asked = selectorsIn(source).filter(({ metric }) => !known.includes(metric));
  expect(asked).not.toEqual([]);
  expect(asked.flatMap(({ metric, labels }) => missing(metric, labels))).toEqual([]);
});

test.each(['alerts.yaml', 'dashboard.json'])('%s groups by nothing that no metric has', (file) => {
  const labels = selectorsIn(exported).flatMap((sample) => sample.labels.map((label) => label.name));
  const grouped = [...read(file).matchAll(/ by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
  expect(grouped).not.toEqual([]);
  expect(grouped.filter((name) => ![...labels, ...addedLabels].includes(name))).toEqual([]);
});

/** What the service does not export of a query: the metric, one of its labels, or the value that is asked for. */
function missing(metric: string, labels: readonly Label[]): string[] {
  if (!new RegExp(`^${metric}[ {]`, 'm').test(exported)) return [metric];
  const samples = selectorsIn(exported).filter((sample) => sample.metric === metric);
  const values = (name: string) => samples.flatMap((sample) => sample.labels.filter((label) => label.name === name));
  return labels
    .filter(({ name }) => !addedLabels.includes(name))
    .filter(({ name, operator, value }) => !values(name).some((label) => operator !== '=' || label.value === value))
    .map(({ name, operator, value }) => `${metric}{${name}${operator}"${value}"}`);
}

/** Every `metric{label="value"}` of a text: queries and what a service exports write them alike. */
function selectorsIn(text: string): Selector[] {
  return [...text.matchAll(/([a-z_:][\w:]*)\{((?:[^}"]|"[^"]*")*)\}/g)].map(([, metric = '', labels = '']) => ({
    metric,
    labels: [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, name = '', operator = '', value = '']) => {
      return { name, operator, value };
    }),
  }));
}

function recordedIn(source: string): string[] {
  return [...source.matchAll(/record: (\S+)/g)].map(([, name = '']) => name);
}

function read(file: string): string {
  return readFileSync(new URL(`../observability/${file}`, import.meta.url), 'utf8').replaceAll('\\"', '"');
}
