import type { components, operations } from '@octokit/openapi-types';
import { Ajv, type ValidateFunction } from 'ajv';

/** The parts in use of what each forge publishes of its API, kept by hand: requests and answers of the stand-ins are held to them. */
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const number = { type: 'integer' } as const;
const orNull = (type: string) => ({ type: [type, 'null'] }) as const;

const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const closed = (properties: Record<string, unknown>, optional: readonly string[]) => ({
  ...object(properties, optional),
  additionalProperties: false,
});
const list = (items: unknown) => ({ type: 'array', items });

/** What GitHub publishes: an answer of the stand-in that is not of these types does not compile. */
export type GithubSchemas = components['schemas'];
type BodyOf<Name extends 'pulls/create' | 'pulls/update'> = NonNullable<operations[Name]['requestBody']>['content']['application/json'];

type Keys<Body> = Partial<Record<keyof Body, unknown>>;

/** https://github.com/github/rest-api-description: `minimal-repository`, `pull-request`, `pulls/create`, `pulls/update`. */
const githubRepository = object({ full_name: text, clone_url: text, default_branch: text, archived: flag, size: number });
const githubPull = object({
  number,
  html_url: text,
  state: { enum: ['open', 'closed'] },
  merged_at: orNull('string'),
  draft: flag,
  mergeable: orNull('boolean'),
  title: text,
  body: orNull('string'),
  head: object({ ref: text, sha: text }),
});

export const GITHUB = {
  repositories: list(githubRepository),
  repository: githubRepository,
  // A list holds `pull-request-simple`: it does not say whether a pull request can be merged.
  pulls: list(object({ number, state: text, head: object({ ref: text }) })),
  pull: githubPull,
  create: closed(
    { title: text, head: text, base: text, body: text, draft: flag, maintainer_can_modify: flag } satisfies Keys<BodyOf<'pulls/create'>>,
    ['body', 'draft', 'maintainer_can_modify'],
  ),
  update: closed({ title: text, body: text, state: { enum: ['open', 'closed'] } } satisfies Keys<BodyOf<'pulls/update'>>, [
    'title',
    'body',
    'state',
  ]),
  checkRuns: object({ total_count: number, check_runs: list(object({ status: text, conclusion: orNull('string') })) }),
  status: object({ state: { enum: ['failure', 'pending', 'success'] }, total_count: number }),
};

/** https://gitlab.com/gitlab-org/gitlab/-/blob/master/doc/api/openapi: `API_Entities_MergeRequest`, `API_Entities_Project`. */
const gitlabProject = object({ path_with_namespace: text, http_url_to_repo: text, default_branch: orNull('string') });
const gitlabRequest = object({
  iid: number,
  web_url: text,
  state: { enum: ['opened', 'closed', 'merged', 'locked'] },
  draft: flag,
  has_conflicts: flag,
  detailed_merge_status: text,
  title: text,
  description: orNull('string'),
  sha: orNull('string'),
  head_pipeline: { anyOf: [object({ status: text }), { type: 'null' }] },
});

export const GITLAB = {
  repositories: list(gitlabProject),
  repository: gitlabProject,
  pulls: list(object({ iid: number, state: text })),
  pull: gitlabRequest,
  create: closed({ source_branch: text, target_branch: text, title: text, description: text, remove_source_branch: flag }, [
    'description',
    'remove_source_branch',
  ]),
  update: closed({ title: text, description: text }, ['title', 'description']),
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const compiled = new Map<unknown, ValidateFunction>();

/** @throws where the value has not the published shape */
export function hold(value: unknown, schema: object, what: string): void {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (!validate(value)) throw new Error(`${what} breaks the published shape: ${ajv.errorsText(validate.errors)}`);
}
