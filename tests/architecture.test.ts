import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = dirname(import.meta.dirname);

/** In import order: a room may import those above it, never those below. What a room may be is said in CONTRIBUTING. */
const NOUNS = [
  'document',
  'tool',
  'plan',
  'state',
  'template',
  'workload',
  'catalog',
  'trace',
  'workspace',
  'upgrade',
  'fleet',
  'image',
  'target',
  'demo',
] as const;

/** What only these rooms may import: the edges of the program. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli', 'commands'],
  chalk: ['output', 'world.ts'],
  '@inquirer/prompts': ['runtime/node'],
  execa: ['runtime/node'],
  pg: ['supervisor'],
  '@kubernetes/client-node': ['runtime/node'],
  fastify: [],
};

/** Node modules that compute and touch nothing. */
const PURE = new Set(['node:path', 'node:crypto', 'node:util', 'node:zlib', 'node:url', 'node:buffer']);

/** Rooms that may touch the world: adapters, and the two composition roots. */
const TOUCHES_WORLD = ['runtime/node', 'world.ts', 'start.ts', 'supervisor'];

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/fake-'))
  .map((path) => ({ path, ...read(path) }));

function read(path: string): Omit<Source, 'path'> {
  const text = readFileSync(join(root, 'src', path), 'utf8');
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?from\s+)?'([^']+)'/gm),
    ...text.matchAll(/(?<lazy>import)\('([^']+)'\)/g),
  ];
  const imports = found.map((match) => ({
    target: resolved(match[2] ?? '', path),
    typeOnly: match[1] !== undefined && match.groups?.['lazy'] === undefined,
    lazy: match.groups?.['lazy'] !== undefined,
  }));
  return { text, imports };
}

function resolved(target: string, from: string): string {
  return target.startsWith('.') ? join(dirname(from), target).replaceAll('\\', '/') : target;
}

const room = (path: string) => path.split('/')[0] ?? '';
const isIn = (path: string, place: string) => path === place || path.startsWith(`${place}/`);
const inside = (path: string) => sources.some((source) => source.path === path);

function violations(rule: (source: Source, imported: Import) => boolean): readonly string[] {
  return sources.flatMap((source) =>
    source.imports.filter((each) => rule(source, each)).map((each) => `${source.path} imports ${each.target}`),
  );
}

it('has every room that it names', () => {
  const named = [...NOUNS, ...Object.values(EDGES).flat(), ...TOUCHES_WORLD, 'cli', 'commands', 'output', 'runtime', 'supervisor'];
  expect(named.filter((place) => !existsSync(join(root, 'src', place)))).toEqual([]);
});

it('has no room that it does not name', () => {
  const named = new Set<string>([
    ...NOUNS,
    'cli',
    'commands',
    'output',
    'runtime',
    'supervisor',
    'errors.ts',
    'main.ts',
    'start.ts',
    'world.ts',
  ]);
  expect([...new Set(sources.map(({ path }) => room(path)))].filter((name) => !named.has(name))).toEqual([]);
});

it('lets nouns import only nouns above them', () => {
  const below = (from: string, to: string) => NOUNS.indexOf(to as never) > NOUNS.indexOf(from as never);
  const isNoun = (name: string) => NOUNS.includes(name as never);
  expect(
    violations(({ path }, { target, typeOnly }) => {
      if (!isNoun(room(path)) || !inside(target)) return false;
      if (isNoun(room(target))) return below(room(path), room(target));
      return target !== 'errors.ts' && !(typeOnly && target === 'runtime/runtime.ts');
    }),
  ).toEqual([]);
});

it('keeps in a command its declaration and its view, nothing else', () => {
  const expected = /^commands\/([^/]+)\/\1\.(command|view)\.ts$/;
  expect(sources.filter(({ path }) => isIn(path, 'commands') && !expected.test(path)).map(({ path }) => path)).toEqual([]);
});

it('keeps commands apart, and nouns free of commands', () => {
  const command = (path: string) => path.split('/')[1];
  expect(
    violations(({ path }, { target }) => isIn(target, 'commands') && isIn(path, 'commands') && command(path) !== command(target)),
  ).toEqual([]);
  expect(violations(({ path }, { target }) => isIn(target, 'commands') && !isIn(path, 'commands') && path !== 'main.ts')).toEqual([]);
});

it('imports adapters only in the two composition roots', () => {
  expect(violations(({ path }, { target }) => isIn(target, 'runtime/node') && !TOUCHES_WORLD.some((place) => isIn(path, place)))).toEqual(
    [],
  );
});

it('lets only the supervisor import the supervisor', () => {
  expect(violations(({ path }, { target, typeOnly }) => isIn(target, 'supervisor') && !isIn(path, 'supervisor') && !typeOnly)).toEqual([]);
});

it('touches the world only at the edges', () => {
  const touches = (target: string) => target.startsWith('node:') && !PURE.has(target);
  expect(
    violations(({ path }, { target, typeOnly }) => !typeOnly && touches(target) && !TOUCHES_WORLD.some((place) => isIn(path, place))),
  ).toEqual([]);
  const printing = /\b(console\.|process\.(?!platform))/;
  const inCode = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
  expect(
    sources
      .filter(({ path, text }) => printing.test(inCode(text)) && !TOUCHES_WORLD.some((place) => isIn(path, place)))
      .map(({ path }) => path),
  ).toEqual([]);
});

it('keeps libraries of the edges at the edges', () => {
  expect(
    violations(({ path }, { target, typeOnly }) => {
      const rooms = EDGES[target];
      return rooms !== undefined && !typeOnly && !rooms.some((place) => isIn(path, place));
    }),
  ).toEqual([]);
});

it('lets views see data and style only', () => {
  const views = sources.filter(({ path }) => path.endsWith('.view.ts'));
  expect(
    views.flatMap(({ path, imports }) =>
      imports
        .filter(({ target, typeOnly }) => inside(target) && !isIn(target, 'output') && !typeOnly && isIn(target, 'runtime'))
        .map(({ target }) => `${path} imports ${target}`),
    ),
  ).toEqual([]);
});

it('has no import cycle', () => {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter((each) => !each.typeOnly && !each.lazy)
        .map((each) => each.target)
        .filter(inside),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    else if (!done.has(path)) for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

it('has no drawer of odds and ends', () => {
  const drawers = sources.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc|index)(\/|\.ts$)/.test(path));
  expect(drawers.map(({ path }) => path)).toEqual([]);
});

it('keeps files short enough to read in one go', () => {
  expect(sources.filter(({ text }) => text.split('\n').length > 320).map(({ path }) => path)).toEqual([]);
});

it('keeps templates free of code that svc would run', () => {
  const allowed = new Set(['template.yaml', 'versions.json', 'files', 'repository', 'tests', 'README.md']);
  const templates = join(root, 'templates');
  const extra = readdirSync(templates).flatMap((name) =>
    readdirSync(join(templates, name))
      .filter((entry) => !allowed.has(entry))
      .map((entry) => `${name}/${entry}`),
  );
  expect(extra).toEqual([]);
});
