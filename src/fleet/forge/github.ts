import * as v from 'valibot';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Api, ask, askAll, askMaybe } from './client.ts';
import type { Forge, ForgeAddress, Proposal, PullRequest, RemoteRepository } from './forge.ts';
import { type Credentials, githubCredentials } from './github-app.ts';
import { gitHeader, refuseCleartext } from './secrecy.ts';

const repository = v.object({
  full_name: v.string(),
  clone_url: v.string(),
  default_branch: v.string(),
  archived: v.boolean(),
  size: v.number(),
});

const listed = v.object({ number: v.number() });

const pull = v.object({
  number: v.number(),
  html_url: v.string(),
  state: v.picklist(['open', 'closed']),
  merged_at: v.nullable(v.string()),
  draft: v.optional(v.boolean()),
  mergeable: v.optional(v.nullable(v.boolean())),
  title: v.string(),
  body: v.nullable(v.string()),
  head: v.object({ sha: v.string() }),
});

const checkRuns = v.object({
  check_runs: v.array(v.object({ status: v.string(), conclusion: v.nullable(v.string()) })),
});

const combinedStatus = v.object({ state: v.string(), total_count: v.number() });

/** GitHub and GitHub Enterprise Server: https://docs.github.com/en/rest, version 2022-11-28. */
export function github(address: ForgeAddress, runtime: Runtime): Forge {
  const base = address.url === 'https://github.com' ? 'https://api.github.com' : `${address.url}/api/v3`;
  const credentials = githubCredentials({ address, base }, runtime);
  const api: Api = { address, base, headers: (path) => headersFor(path, address, credentials) };
  const repo = (path: string) => `/repos/${path.split('/').map(encodeURIComponent).join('/')}`;
  const full = (path: string, number: number) => ask(api, { path: `${repo(path)}/pulls/${number}` }, pull, runtime);
  return {
    address,
    gitAuthorization: async (path) => gitHeader('x-access-token', await credentials.token(path.split('/')[0] ?? ''), address),
    async repositories(owner) {
      const name = encodeURIComponent(owner);
      const found =
        (await askAll(api, `/orgs/${name}/repos?type=all&sort=full_name&per_page=100`, repository, runtime)) ??
        (await askAll(api, `/users/${name}/repos?type=owner&sort=full_name&per_page=100`, repository, runtime));
      return inOrder((found ?? (await missing(api, `/orgs/${name}`, runtime))).filter(({ archived }) => !archived).map(repositoryOf));
    },
    repository: async (path) => repositoryOf(await ask(api, { path: repo(path) }, repository, runtime)),
    async findPullRequest(path, branch) {
      const query = new URLSearchParams({
        head: `${path.split('/')[0]}:${branch}`,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: '1',
      });
      const [newest] = await ask(api, { path: `${repo(path)}/pulls?${query}` }, v.array(listed), runtime);
      if (!newest) return undefined;
      const found = await full(path, newest.number);
      return requestOf(found, found.state === 'open' ? await checksOf(`${repo(path)}/commits/${found.head.sha}`, api, runtime) : 'none');
    },
    async openPullRequest(path, { title, body, draft, branch, into }) {
      const content = { title, body, draft, head: branch, base: into, maintainer_can_modify: true };
      return requestOf(await ask(api, { method: 'POST', path: `${repo(path)}/pulls`, body: content }, pull, runtime), 'none');
    },
    async updatePullRequest(path, number, { title, body }: Proposal) {
      return requestOf(
        await ask(api, { method: 'PATCH', path: `${repo(path)}/pulls/${number}`, body: { title, body } }, pull, runtime),
        'none',
      );
    },
  };
}

async function headersFor(path: string, address: ForgeAddress, credentials: Credentials): Promise<Readonly<Record<string, string>>> {
  const owner = /^\/(?:repos|orgs|users)\/([^/?]+)/.exec(path)?.[1];
  const token = await credentials.token(decodeURIComponent(owner ?? ''));
  if (token !== undefined) refuseCleartext(address);
  return {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

/** Asks once more for what is not there, so that the refusal is told as the forge tells it. */
async function missing(api: Api, path: string, runtime: Runtime): Promise<never[]> {
  await ask(api, { path }, v.unknown(), runtime);
  return [];
}

function repositoryOf({ full_name, clone_url, default_branch, size }: v.InferOutput<typeof repository>): RemoteRepository {
  return { path: full_name, cloneUrl: clone_url, defaultBranch: size === 0 ? undefined : default_branch };
}

function inOrder(repositories: readonly RemoteRepository[]): readonly RemoteRepository[] {
  return [...repositories].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function requestOf(found: v.InferOutput<typeof pull>, checks: PullRequest['checks']): PullRequest {
  return {
    number: found.number,
    url: found.html_url,
    state: found.merged_at !== null ? 'merged' : found.state,
    draft: found.draft ?? false,
    head: found.head.sha,
    mergeable: found.mergeable ?? undefined,
    checks,
    title: found.title,
    body: found.body ?? '',
  };
}

/** Checks and the older commit statuses are two lists; a token may be allowed to see one of them only. */
async function checksOf(commit: string, api: Api, runtime: Runtime): Promise<PullRequest['checks']> {
  const [runs, status] = await Promise.all([
    askMaybe(api, { path: `${commit}/check-runs?per_page=100` }, checkRuns, runtime),
    askMaybe(api, { path: `${commit}/status` }, combinedStatus, runtime),
  ]);
  const states = [
    ...(runs?.check_runs ?? []).map((run) => (run.status === 'completed' ? (run.conclusion ?? 'failure') : 'pending')),
    ...(status && status.total_count > 0 ? [status.state] : []),
  ];
  if (states.length === 0) return 'none';
  if (states.some((state) => ['failure', 'error', 'timed_out', 'cancelled', 'action_required', 'startup_failure'].includes(state)))
    return 'failed';
  return states.includes('pending') ? 'running' : 'passed';
}
