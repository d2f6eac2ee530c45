import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { scratch } from './files.ts';
import { type Judge, judgedBy } from './judges.ts';
import { combinations, newService, newWorker, newWorkspace } from './services.ts';

/** What `svc new` writes, judged by the programs that a company would judge it with. */
const judges: Judge[] = [
  {
    title: 'the alerts',
    tool: 'promtool',
    files: /observability\/alerts\.yaml$/,
    args: ['check', 'rules'],
    mistake: [/expr: .*\n/, 'expr: rate(\n'],
    says: /parse error|could not parse/,
  },
  {
    title: 'the unit tests of the alerts',
    tool: 'promtool',
    files: /observability\/alerts\.test\.yaml$/,
    args: ['test', 'rules'],
    mistake: ['alertname: ', 'alertname: Other'],
    says: /FAILED/,
  },
  {
    title: 'the GitHub workflow',
    tool: 'actionlint',
    files: /\.github\/workflows\/.*\.yml$/,
    args: ['-no-color'],
    mistake: ['runs-on:', 'run-on:'],
    says: /unexpected key "run-on"/,
  },
  {
    title: 'the security of the GitHub workflow',
    tool: 'zizmor',
    files: /\.github\/workflows\/.*\.yml$/,
    args: ['--offline', '--no-progress', '--color=never'],
    mistake: [/@[0-9a-f]{40} # v[\d.]+/, '@v4'],
    says: /unpinned-uses/,
  },
  {
    title: 'the GitLab pipeline',
    tool: 'check-jsonschema',
    files: /\.gitlab-ci\.yml$|\.gitlab\/ci\/[^/]+\.yml$/,
    args: ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci'],
    mistake: ['stages:', 'stages: none\nx-stages:'],
    says: /Schema validation errors/,
  },
  {
    title: 'the Dockerfile',
    tool: 'hadolint',
    files: /(^|\/)Dockerfile$/,
    args: ['--no-color'],
    mistake: ['WORKDIR /', 'WORKDIR '],
    says: /DL3000/,
  },
  {
    title: 'the contract',
    tool: 'redocly',
    files: /openapi\.yaml$/,
    args: ['lint', '--format=stylish'],
    mistake: [/operationId: \w+/, 'operationID: x'],
    says: /not expected|operationId/,
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' },
  },
];

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const MATRIX = [
  ...combinations({
    ci: ['github', 'gitlab', 'none'],
    standards: ['full', 'lean'],
    database: ['none', 'postgres'],
    calls: ['', 'products'],
  }),
  ...combinations({ ci: ['github'], standards: ['full', 'lean'], database: ['postgres'], events: ['publish'] }),
  ...combinations({
    ci: ['reusable'],
    reusableWorkflow: [`acme/pipelines/.github/workflows/service.yml@${COMMIT}`],
    standards: ['full', 'lean'],
  }),
];

const all = scratch();

beforeAll(async () => {
  for (const [index, answers] of MATRIX.entries()) await newService(join(all, String(index)), 'orders', answers);
  for (const ci of ['github', 'gitlab']) {
    await newWorker(join(all, `worker-on-${ci}`), 'mailer', { ci });
    const services = await newWorkspace(all, `shop-on-${ci}`);
    await newService(services, 'products', { ci });
    await newService(services, 'orders', { ci, database: 'postgres', calls: 'products' });
  }
});

judgedBy(judges, () => all);
