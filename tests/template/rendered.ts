import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { nodeFiles } from '../../src/runtime/node/files.ts';
import type { Answers } from '../../src/template/input.ts';
import { readFolder } from '../../src/template/sources/folder.ts';
import { renderTemplate } from '../../src/template/template.ts';

/** A service as `svc new` would write it, and what was answered for it. */
export interface Rendered {
  readonly title: string;
  readonly answers: Answers;
  /** Text by path, `/` between folders. Both areas are in it: for a lone service they are one folder. */
  readonly files: ReadonlyMap<string, string>;
}

const FOLDER = fileURLToPath(new URL('../../templates/http-service', import.meta.url));
export const template = await readFolder(FOLDER, 'http-service', nodeFiles());

const REUSABLE = 'acme/pipelines/.github/workflows/service.yml@11bd71901bbe5b1630ceea73d27597364c9af683';
const CHOICES = {
  keeps: [{ database: 'none', events: '' }, { database: 'postgres' }, { database: 'postgres', events: 'publish' }],
  calls: [[], ['products'], ['products', 'price-list']],
  ci: ['github', 'gitlab', 'reusable', 'none'],
  standards: ['full', 'lean'],
  servicePath: ['.', 'services/orders'],
} as const;

/** The defaults of the template's inputs with these answers put over them. */
export function render(title: string, given: Answers, servicePath = '.'): Rendered {
  const answers = { ...defaults(), owner: 'payments', system: 'shop', ...given };
  const builtIns = {
    templateName: template.manifest.name,
    templateVersion: template.manifest.version,
    chassisSpec: '^0.1.0',
    servicePath,
    standalone: servicePath === '.',
    year: '2030',
  };
  const files = renderTemplate(template, answers, builtIns);
  return { title, answers, files: new Map(files.map(({ path, content }) => [path, Buffer.from(content).toString('utf8')])) };
}

/** Every combination of the choices that decide which files and blocks there are, and texts that are awkward to quote. */
export function everyService(): readonly Rendered[] {
  const combinations = Object.entries(CHOICES).reduce<Record<string, unknown>[]>(
    (known, [key, values]) => known.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
  return [...combinations.map(renderCombination), ...awkward()];
}

function renderCombination({ servicePath, keeps, ...rest }: Record<string, unknown>): Rendered {
  const choice = { ...(keeps as Record<string, string>), ...rest };
  const reusable = rest['ci'] === 'reusable' ? { reusableWorkflow: REUSABLE } : {};
  const answers = { name: 'orders', ...choice, ...reusable } as Answers;
  return render(JSON.stringify({ ...choice, servicePath }), answers, String(servicePath));
}

function awkward(): readonly Rendered[] {
  const descriptions = [
    'Says "no": and #1, \\d+ {{ x }} ${{ y }}',
    '- a list?',
    'null',
    "it's 100 % | näive 日本語",
    '@team *star &ref !tag',
  ];
  return [
    ...descriptions.map((description) => render(description, { name: 'orders', description, calls: ['products'] })),
    render('without a system', { name: 'a1', system: '', database: 'postgres' }),
    render('the longest names', { name: 'a'.repeat(39), database: 'postgres', calls: [`b${'-c'.repeat(19)}`] }),
  ];
}

function defaults(): Answers {
  return Object.fromEntries(template.manifest.inputs.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])));
}

/** The file's text. A path that is not there is an error of the test. */
export function text({ files, title }: Rendered, path: string): string {
  const content = files.get(path);
  if (content === undefined) throw new Error(`${title} has no ${path}`);
  return content;
}

/** The documents of a YAML file. */
export function documents(service: Rendered, path: string): readonly unknown[] {
  return parseAllDocuments(text(service, path)).map((document) => document.toJS());
}

/** What a check finds in all services, each finding with the service it is in. */
export function findIn(services: readonly Rendered[], check: (service: Rendered) => readonly string[]): readonly string[] {
  return services.flatMap((service) => check(service).map((finding) => `${service.title}: ${finding}`));
}
