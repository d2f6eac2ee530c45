import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documents, everyService, findIn, type Rendered, text } from './rendered.ts';

const services = everyService();

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Objective {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly objectives: readonly { readonly target: number }[] };
}

function rulesOf(service: Rendered): readonly Rule[] {
  const [{ groups }] = documents(service, 'observability/alerts.yaml') as [{ groups: readonly { rules: readonly Rule[] }[] }];
  return groups.flatMap(({ rules }) => rules);
}

function alertsOf(service: Rendered): readonly (Rule & { readonly alert: string })[] {
  return rulesOf(service).flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
}

/** The table of metrics in the service contract, labels by metric. Histograms are written as Prometheus stores them. */
function promisedMetrics(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(new URL('../../docs/service-contract.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## 3.'), page.indexOf('## 4.'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const namesIn = (cell = '') => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
  return new Map(
    rows.flatMap((row) => {
      const [, names, type = '', labels] = row.split('|');
      const suffixes = type.includes('histogram') ? ['_count', '_sum', '_bucket'] : [''];
      return namesIn(names).flatMap((name) => suffixes.map((suffix) => [`${name}${suffix}`, [...namesIn(labels), 'le']] as const));
    }),
  );
}

/** What Prometheus adds by itself. */
const ADDED_LABELS = ['job', 'instance', 'namespace'];

test('alerts and dashboard ask for metrics and labels that every service promises', () => {
  const promised = promisedMetrics();
  const unknown = (service: Rendered) => {
    const recorded = rulesOf(service).flatMap(({ record }) => record ?? []);
    const sources = ['observability/alerts.yaml', 'observability/dashboard.json'].map((path) => text(service, path).replaceAll('\\"', '"'));
    return [...sources.join('\n').matchAll(/([a-z_:][\w:]*)\{([^}]*)\}/g)].flatMap(([, metric = '', matchers = '']) => {
      if (metric === 'up' || recorded.includes(metric)) return [];
      const labels = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
      const known = promised.get(metric);
      return known
        ? labels.filter((label) => ![...known, ...ADDED_LABELS].includes(label)).map((label) => `${metric}{${label}}`)
        : [metric];
    });
  };
  expect(promised.size).toBeGreaterThan(10);
  expect(findIn(services, unknown)).toEqual([]);
});

test('every query is for this service alone', () => {
  const selectors = (service: Rendered) =>
    [...text(service, 'observability/alerts.yaml').matchAll(/[a-z_:][\w:]*\{([^}]*)\}/g)].flatMap(([selector, matchers = '']) =>
      matchers.includes(`job="${service.answers['name']}"`) ? [] : [selector],
    );
  expect(findIn(services, selectors)).toEqual([]);
});

test('every alert has a severity, a service, and a section of the runbook that it links to', () => {
  const faults = (service: Rendered) => {
    const sections = [...text(service, 'docs/runbook.md').matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
    const { name, docsUrl } = service.answers;
    const alerts = alertsOf(service);
    return [
      ...alerts
        .filter(({ labels }) => !/^(page|ticket)$/.test(labels['severity'] ?? '') || labels['service'] !== name)
        .map(({ alert }) => `labels of ${alert}`),
      ...alerts
        .filter(({ alert, annotations }) => annotations['runbook_url'] !== `${docsUrl}/${name}/runbook#${alert.toLowerCase()}`)
        .map(({ alert }) => `link of ${alert}`),
      ...alerts.filter(({ alert }) => !sections.includes(alert)).map(({ alert }) => `no section for ${alert}`),
      ...sections.filter((section) => !alerts.some(({ alert }) => alert === section)).map((section) => `no alert for ${section}`),
    ];
  };
  expect(findIn(services, faults)).toEqual([]);
});

test('every alert has a test in which it fires, and one in which it does not', () => {
  const untested = (service: Rendered) => {
    const [{ tests }] = documents(service, 'observability/alerts.test.yaml') as [
      { tests: readonly { alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[] }[] },
    ];
    const cases = tests.flatMap((one) => one.alert_rule_test);
    const seen = (alert: string, fires: boolean) =>
      cases.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0 === fires);
    return alertsOf(service).flatMap(({ alert }) => (seen(alert, true) && seen(alert, false) ? [] : [alert]));
  };
  expect(findIn(services, untested)).toEqual([]);
});

test('alerts and dashboard watch the budgets that slo.yaml grants', () => {
  const other = (service: Rendered) => {
    const budgets = (documents(service, 'slo.yaml') as Objective[]).map(({ spec }) =>
      Number((1 - (spec.objectives[0]?.target ?? 0)).toFixed(6)),
    );
    const alerts = [...text(service, 'observability/alerts.yaml').matchAll(/> [\d.]+ \* ([\d.]+)/g)].map(([, budget]) => Number(budget));
    const panels = [...text(service, 'observability/dashboard.json').matchAll(/ \/ (0\.\d+)"/g)].map(([, budget]) => Number(budget));
    return [alerts, panels]
      .map((found) => [...new Set(found)])
      .filter((found) => `${found}` !== `${budgets}`)
      .map((found) => `${found}, not ${budgets}`);
  };
  const withObjectives = services.filter(({ files }) => files.has('slo.yaml'));
  expect(findIn(withObjectives, other)).toEqual([]);
});

test('the panels of the dashboard do not lie over each other', () => {
  interface Box {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  }
  const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  const clashes = (service: Rendered) => {
    const panels: { title: string; gridPos: Box }[] = JSON.parse(text(service, 'observability/dashboard.json')).panels;
    return panels.flatMap((one, index) =>
      panels
        .slice(index + 1)
        .filter((two) => overlap(one.gridPos, two.gridPos))
        .map((two) => `${one.title} and ${two.title}`),
    );
  };
  expect(findIn(services, clashes)).toEqual([]);
});
