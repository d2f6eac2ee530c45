import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeRuntime } from '../src/runtime/node/runtime.ts';
import { completeAnswers } from '../src/template/answers.ts';
import { planNew } from '../src/template/create/plan-new.ts';
import { findTemplate } from '../src/template/sources/find.ts';

/** Services that a fleet is made of, each alone in its folder. */
export interface FleetPart {
  /** The folder that holds `template/` and `services/`. */
  readonly folder: string;
  /** Numbers of the first service and of the one after the last. */
  readonly from: number;
  readonly to: number;
}

const TEAMS = 20;
const SOURCES = 8;
const SOURCE_LINES = 40;

/** Writes the version of the template that every service of the fleet is made from. @param minor the number in the middle */
export function writeTemplate(folder: string, minor: number): void {
  const template = join(folder, 'template');
  rmSync(template, { recursive: true, force: true });
  for (const [path, text] of Object.entries(templateFiles(minor))) put(join(template, path), text);
}

/** Makes services with svckit's own engine, all in this process: what `svc new` would write, without its flushes. Returns their folders. */
export async function writeServices({ folder, from, to }: FleetPart): Promise<readonly string[]> {
  const runtime = nodeRuntime(new AbortController().signal, () => {});
  const template = await findTemplate(join(folder, 'template'), runtime);
  const made: string[] = [];
  for (let number = from; number < to; number += 1) {
    const name = `service-${String(number).padStart(4, '0')}`;
    const place = join(folder, 'services', name);
    const answers = completeAnswers(template.manifest.inputs, [
      { name: 'name', value: name, from: 'file' },
      { name: 'owner', value: `team-${number % TEAMS}`, from: 'file' },
    ]);
    const placement = { folder: place, repository: place, workspace: undefined, git: undefined, defaults: {} };
    const { changes } = await planNew({ name, template, answers, placement, delivered: [], year: 2026 }, runtime.fs);
    for (const change of changes) if (change.kind === 'create') put(join(place, change.path), change.content);
    made.push(place);
  }
  return made;
}

/** A service's usual files: some the template's own, some the user's, most for both. */
function templateFiles(minor: number): Readonly<Record<string, string>> {
  const sources = Array.from({ length: SOURCES }, (_, file) => [`files/src/part${file}.ts.hbs`, source(minor)] as const);
  return {
    'template.yaml': manifest(minor),
    'files/catalog-info.yaml.hbs': CATALOG,
    'files/README.md.hbs': '# <% title name %>\n\nA service of <% owner %>.\n',
    'files/Dockerfile': `FROM node:2${minor}-slim\nCOPY . .\nUSER node\nCMD ["node", "src/main.ts"]\n`,
    'files/src/main.ts': "import './part0.ts';\n",
    'repository/.github/workflows/ci.yml': `jobs:\n  check:\n    steps:\n      - run: npm test\n      - run: scan --level ${minor}\n`,
    ...Object.fromEntries(sources),
  };
}

function manifest(minor: number): string {
  return `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: fleet, title: Fleet }
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: Service
      required: [name, owner]
      properties:
        name: { type: string, pattern: '^[a-z][a-z0-9-]{1,38}$' }
        owner: { type: string }
  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: 1.${minor}.0
    ownership:
      - { paths: ['.github/workflows/**'], mode: owned }
      - { paths: [src/main.ts], mode: once }
`;
}

const CATALOG = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: <% name %> }
spec: { type: service, lifecycle: production, owner: <% owner %> }
`;

/** Two lines change from one version to the next, far from the line that edits go to. */
function source(minor: number): string {
  const line = (number: number) => {
    if (number === 0) return `export const of = '<% name %>';`;
    return `export const line${number} = ${number === 5 || number === 15 ? minor : 0};`;
  };
  return `${Array.from({ length: SOURCE_LINES }, (_, number) => line(number)).join('\n')}\n`;
}

function put(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
