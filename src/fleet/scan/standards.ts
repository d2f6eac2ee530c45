/** What a service has, by the names of its files alone. */
export interface Presence {
  /** Names at the top of the service's folder. */
  readonly top: readonly string[];
  /** Names in a folder of it, such as `tests` or `src/test`; none where there is no such folder. Asked for only where they decide. */
  inside(folder: string): Promise<readonly string[]>;
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
  isMet(presence: Presence): boolean | Promise<boolean>;
}

/** In the order in which reports name them. */
export const STANDARDS: readonly Standard[] = [
  { id: 'catalog', asks: 'catalog-info.yaml', isMet: ({ catalog }) => catalog },
  { id: 'owner', asks: 'an owner in catalog-info.yaml or CODEOWNERS', isMet: ({ owner }) => owner },
  {
    id: 'contract',
    asks: 'openapi.yaml, asyncapi.yaml, *.proto or schema.graphql, also in api/ or proto/',
    isMet: (presence) => isThere(CONTRACT, ['api', 'proto'], presence),
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
    isMet: (presence) => isThere(ALERTS, ['observability', 'monitoring'], presence),
  },
  {
    id: 'docs',
    asks: 'README or docs/',
    isMet: async ({ top, inside }) => top.some((name) => /^readme(\.|$)/i.test(name)) || (await inside('docs')).length > 0,
  },
  { id: 'tests', asks: 'test files at the top, in src/, test/ or tests/', isMet: hasTests },
];

const CONTRACT = /^((openapi|swagger|asyncapi)([.-][\w.-]+)?\.(ya?ml|json)|[\w.-]+\.proto|schema\.graphqls?)$/i;
const IMAGE = /^([\w-]+\.)?(Dockerfile|Containerfile)(\.[\w-]+)?$/;
const ALERTS = /(alert|rules)[\w.-]*\.ya?ml$/i;
const TEST_FILE = /[._-](test|spec)\.\w+$|^test_.*\.py$|_test\.\w+$|(Test|Tests|Spec|IT)\.\w+$/;

/** Whether a file of such a name is at the top, or in one of these folders. */
async function isThere(pattern: RegExp, folders: readonly string[], { top, inside }: Presence): Promise<boolean> {
  if (top.some((name) => pattern.test(name))) return true;
  for (const folder of folders) {
    if ((await inside(folder)).some((name) => pattern.test(name))) return true;
  }
  return false;
}

async function hasTests(presence: Presence): Promise<boolean> {
  for (const folder of ['tests', 'test', 'spec', '__tests__', 'src/test']) {
    if ((await presence.inside(folder)).length > 0) return true;
  }
  return isThere(TEST_FILE, ['src'], presence);
}

/** The standards that a service does not meet. */
export async function missingStandards(presence: Presence): Promise<readonly string[]> {
  const met = await Promise.all(STANDARDS.map((standard) => standard.isMet(presence)));
  return STANDARDS.filter((_, index) => !met[index]).map(({ id }) => id);
}
