import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

/** What Prometheus itself adds: a metric for each target, and labels that say where a sample comes from. */
const addedMetrics = ['up'];
const addedLabels = ['job', 'instance', 'namespace'];

interface Selector {
  readonly metric: string;
  readonly labels: readonly { readonly name: string; readonly operator: string; readonly value: string }[];
}

/** Every `metric{label="value"}` in a text: the exposition of a service and PromQL write them alike. */
function selectorsIn(text: string): Selector[] {
  return [...text.matchAll(/([a-z_:][a-z0-9_:]*)\{([^}]*)\}/g)].map(([, metric = '', labels = '']) => ({
    metric,
    labels: [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, name = '', operator = '', value = '']) => ({
      name,
      operator,
      value,
    })),
  }));
}

function read(file: string): string {
  return readFileSync(new URL(`../observability/${file}`, import.meta.url), 'utf8').replaceAll('\\"', '"');
}

async function exported(): Promise<{ metrics: Set<string>; samples: Selector[] }> {
  await app.create(example);
  await app.list('limit=1');
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const metrics = [...text.matchAll(/^([a-z_:][a-z0-9_:]*)/gm)].map(([, metric = '']) => metric);
  return { metrics: new Set(metrics), samples: selectorsIn(text) };
}

test.each(['alerts.yaml', 'dashboard.json'])('%s asks for nothing that the service does not export', async (file) => {
  const source = read(file);
  const recorded = [...source.matchAll(/record: (\S+)/g)].map(([, name]) => name);
  const asked = selectorsIn(source).filter(({ metric }) => ![...recorded, ...addedMetrics].includes(metric));
  const { metrics, samples } = await exported();
  expect(asked.length).toBeGreaterThan(0);
  for (const { metric, labels } of asked) {
    expect([...metrics], `${file} asks for ${metric}`).toContain(metric);
    const found = samples.filter((sample) => sample.metric === metric).flatMap((sample) => sample.labels);
    for (const { name, operator, value } of labels.filter((label) => !addedLabels.includes(label.name))) {
      const values = found.filter((label) => label.name === name).map((label) => label.value);
      expect(values, `${file} asks for ${metric} by ${name}`).not.toEqual([]);
      if (operator === '=') expect(values, `${file} asks for ${metric}{${name}="${value}"}`).toContain(value);
    }
  }
});
