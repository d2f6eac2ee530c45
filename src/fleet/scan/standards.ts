/** What a service has, by the names of its files alone. */
export interface Presence {
  /** Names at the top of the service's folder. */
  readonly top: readonly string[];
  /** Names in its folders that say something: `tests`, `src`, `src/test`, `observability`, `docs`, `api`. */
  readonly inside: ReadonlyMap<string, readonly string[]>;
  /** Whether the repository has a pipeline of any kind. */
  readonly pipeline: boolean;
  readonly owner: boolean;
  readonly catalog: boolean;
  /** Texts of `score.yaml` and of the Dockerfile: probes are in one of them. */
  readonly probes: readonly string[];
}

/** One thing that every service of a platform has. */
export interface Standard {
  readonly id: string;
  /** What is looked for, for people. */
  readonly asks: string;
  isMet(presence: Presence): boolean;
}

/** In the order in which reports name them. */
export const STANDARDS: readonly Standard[] = [
  { id: 'catalog', asks: 'catalog-info.yaml', isMet: ({ catalog }) => catalog },
  { id: 'owner', asks: 'an owner in catalog-info.yaml or CODEOWNERS', isMet: ({ owner }) => owner },
  {
    id: 'contract',
    asks: 'openapi.yaml, asyncapi.yaml, *.proto or schema.graphql, also in api/ or proto/',
    isMet: ({ top, inside }) => [...top, ...(inside.get('api') ?? []), ...(inside.get('proto') ?? [])].some((name) => CONTRACT.test(name)),
  },
  {
    id: 'health',
    asks: 'probes in score.yaml, or HEALTHCHECK in the Dockerfile',
    isMet: ({ probes }) => probes.some((text) => /\b(readinessProbe|livenessProbe):|^\s*HEALTHCHECK\s+(?!NONE)/m.test(text)),
  },
  { id: 'ci', asks: 'a pipeline of GitHub, GitLab, Jenkins, CircleCI or Azure', isMet: ({ pipeline }) => pipeline },
  { id: 'image', asks: 'Dockerfile or Containerfile', isMet: ({ top }) => top.some((name) => IMAGE.test(name)) },
  {
    id: 'alerts',
    asks: 'alerts.yaml, also in observability/ or monitoring/',
    isMet: ({ top, inside }) =>
      [...top, ...(inside.get('observability') ?? []), ...(inside.get('monitoring') ?? [])].some((name) => ALERTS.test(name)),
  },
  {
    id: 'docs',
    asks: 'README or docs/',
    isMet: ({ top, inside }) => top.some((name) => /^readme(\.|$)/i.test(name)) || (inside.get('docs') ?? []).length > 0,
  },
  { id: 'tests', asks: 'test files at the top, in src/, test/ or tests/', isMet: hasTests },
];

/** Folders whose names a presence holds. */
export const LOOKED_INTO = [
  'api',
  'proto',
  'observability',
  'monitoring',
  'docs',
  'test',
  'tests',
  'spec',
  '__tests__',
  'src',
  'src/test',
] as const;

const CONTRACT = /^((openapi|swagger|asyncapi)([.-][\w.-]+)?\.(ya?ml|json)|[\w.-]+\.proto|schema\.graphqls?)$/i;
const IMAGE = /^([\w-]+\.)?(Dockerfile|Containerfile)(\.[\w-]+)?$/;
const ALERTS = /(alert|rules)[\w.-]*\.ya?ml$/i;
const TEST_FILE = /[._-](test|spec)\.\w+$|^test_.*\.py$|_test\.\w+$|(Test|Tests|Spec|IT)\.\w+$/;

function hasTests({ top, inside }: Presence): boolean {
  const folders = ['test', 'tests', 'spec', '__tests__', 'src/test'];
  if (folders.some((folder) => (inside.get(folder) ?? []).length > 0)) return true;
  return [...top, ...(inside.get('src') ?? [])].some((name) => TEST_FILE.test(name));
}

/** The standards that a service does not meet. */
export function missingStandards(presence: Presence): readonly string[] {
  return STANDARDS.filter((standard) => !standard.isMet(presence)).map(({ id }) => id);
}
