import * as v from 'valibot';
import type { Runtime } from '../../runtime/runtime.ts';
import { pause } from '../pause.ts';
import { type Api, ask, askAll, askMaybe } from './client.ts';
import type { Forge, ForgeAddress, Proposal, PullRequest, RemoteRepository } from './forge.ts';
import { gitHeader, refuseCleartext } from './secrecy.ts';

const repository = v.object({
  full_name: v.string(),
  clone_url: v.string(),
  default_branch: v.string(),
  archived: v.boolean(),
  empty: v.boolean(),
});

const pull = v.object({
  number: v.number(),
  html_url: v.string(),
  state: v.picklist(['open', 'closed']),
  merged: v.boolean(),
  draft: v.boolean(),
  mergeable: v.boolean(),
  title: v.string(),
  body: v.string(),
  head: v.object({ ref: v.string(), sha: v.string() }),
});

/** A check for conflicts is over in a moment, but not at once. */
const MERGE_TRIES = 4;
const MERGE_PAUSE_MS = 500;

type Pull = v.InferOutput<typeof pull>;

const combinedStatus = v.object({ state: v.string(), total_count: v.number() });

/** Gitea and Forgejo: https://docs.gitea.com/api/, version 1. */
export function gitea(address: ForgeAddress, runtime: Runtime): Forge {
  const token = runtime.env['GITEA_TOKEN'] || undefined;
  const api: Api = { address, base: `${address.url}/api/v1`, headers: async () => headersFor(token, address) };
  const at = (path: string) => `/repos/${path.split('/').map(encodeURIComponent).join('/')}`;
  const complete = async (path: string, found: Pull) =>
    requestOf(found, found.state === 'open' ? await checksOf(`${at(path)}/commits/${found.head.sha}/status`, api, runtime) : 'none');
  return {
    address,
    gitAuthorization: async () => gitHeader('oauth2', token, address),
    async repositories(owner) {
      const name = encodeURIComponent(owner);
      const found =
        (await askAll(api, `/orgs/${name}/repos?limit=50`, repository, runtime)) ??
        (await askAll(api, `/users/${name}/repos?limit=50`, repository, runtime)) ??
        (await ask(api, { path: `/orgs/${name}` }, v.array(repository), runtime));
      const usable = found.filter(({ archived }) => !archived).map(repositoryOf);
      return usable.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    repository: async (path) => repositoryOf(await ask(api, { path: at(path) }, repository, runtime)),
    async findPullRequest(path, branch) {
      const open = await askAll(api, `${at(path)}/pulls?state=open&limit=50`, pull, runtime);
      const waiting = open?.find(({ head }) => head.ref === branch);
      if (waiting) return complete(path, await settled(waiting, `${at(path)}/pulls/${waiting.number}`, api, runtime));
      const { default_branch } = await ask(api, { path: at(path) }, repository, runtime);
      const request = { path: `${at(path)}/pulls/${encodeURIComponent(default_branch)}/${branch}` };
      const ended = await askMaybe(api, request, pull, runtime);
      return ended && complete(path, ended);
    },
    async openPullRequest(path, { branch, into, ...proposal }) {
      const body = { head: branch, base: into, ...contentOf(proposal) };
      return requestOf(await ask(api, { method: 'POST', path: `${at(path)}/pulls`, body }, pull, runtime), 'none');
    },
    async updatePullRequest(path, number, proposal) {
      const request = { method: 'PATCH', path: `${at(path)}/pulls/${number}`, body: contentOf(proposal) } as const;
      return complete(path, await ask(api, request, pull, runtime));
    },
  };
}

/** While Gitea finds out whether a pull request can be merged, it says that it cannot. */
async function settled(found: Pull, path: string, api: Api, runtime: Runtime): Promise<Pull> {
  let latest = found;
  for (let tries = 0; !latest.mergeable && tries < MERGE_TRIES; tries += 1) {
    await pause(MERGE_PAUSE_MS, runtime.signal);
    latest = await ask(api, { path }, pull, runtime);
  }
  return latest;
}

function headersFor(token: string | undefined, address: ForgeAddress): Readonly<Record<string, string>> {
  if (token === undefined) return {};
  refuseCleartext(address);
  return { authorization: `token ${token}` };
}

/** The title says that a pull request is a draft. */
function contentOf({ title, body, draft }: Proposal): { readonly title: string; readonly body: string } {
  return { title: draft ? `WIP: ${title}` : title, body };
}

function repositoryOf({ full_name, clone_url, default_branch, empty }: v.InferOutput<typeof repository>): RemoteRepository {
  return { path: full_name, cloneUrl: clone_url, defaultBranch: empty ? undefined : default_branch };
}

function requestOf(found: Pull, checks: PullRequest['checks']): PullRequest {
  return {
    number: found.number,
    url: found.html_url,
    state: found.merged ? 'merged' : found.state,
    draft: found.draft,
    head: found.head.sha,
    mergeable: found.mergeable,
    checks,
    title: found.title.replace(/^WIP: /, ''),
    body: found.body,
  };
}

async function checksOf(path: string, api: Api, runtime: Runtime): Promise<PullRequest['checks']> {
  const status = await askMaybe(api, { path }, combinedStatus, runtime);
  if (!status || status.total_count === 0) return 'none';
  if (status.state === 'success' || status.state === 'warning') return 'passed';
  return status.state === 'pending' ? 'running' : 'failed';
}
