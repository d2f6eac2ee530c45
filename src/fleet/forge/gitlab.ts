import * as v from 'valibot';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Api, ask, askAll } from './client.ts';
import type { Forge, ForgeAddress, Proposal, PullRequest, RemoteRepository } from './forge.ts';
import { gitHeader, refuseCleartext } from './secrecy.ts';

const project = v.object({
  path_with_namespace: v.string(),
  http_url_to_repo: v.string(),
  default_branch: v.nullish(v.string()),
});

const listed = v.object({ iid: v.number() });

const mergeRequest = v.object({
  iid: v.number(),
  web_url: v.string(),
  state: v.picklist(['opened', 'closed', 'merged', 'locked']),
  draft: v.boolean(),
  has_conflicts: v.boolean(),
  detailed_merge_status: v.optional(v.string()),
  title: v.string(),
  description: v.nullish(v.string()),
  sha: v.nullish(v.string()),
  head_pipeline: v.nullish(v.object({ status: v.string() })),
});

/** May push branches: https://docs.gitlab.com/api/access_requests/ calls it Developer. */
const DEVELOPER = 30;

/** GitLab, theirs or self-managed: https://docs.gitlab.com/api/rest/, version 4. */
export function gitlab(address: ForgeAddress, runtime: Runtime): Forge {
  const token = runtime.env['GITLAB_TOKEN'] || undefined;
  const api: Api = { address, base: `${address.url}/api/v4`, headers: async () => headersFor(token, address) };
  const at = (path: string) => `/projects/${encodeURIComponent(path)}`;
  return {
    address,
    gitAuthorization: async () => gitHeader('oauth2', token, address),
    async repositories(owner) {
      const query = `archived=false&order_by=path&sort=asc&per_page=100&min_access_level=${DEVELOPER}`;
      const name = encodeURIComponent(owner);
      const found =
        (await askAll(api, `/groups/${name}/projects?include_subgroups=true&${query}`, project, runtime)) ??
        (await askAll(api, `/users/${name}/projects?${query}`, project, runtime)) ??
        (await ask(api, { path: `/groups/${name}` }, v.array(project), runtime));
      return found.map(repositoryOf).sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    repository: async (path) => repositoryOf(await ask(api, { path: at(path) }, project, runtime)),
    async findPullRequest(path, branch) {
      const query = new URLSearchParams({ source_branch: branch, state: 'all', order_by: 'created_at', sort: 'desc', per_page: '1' });
      const [newest] = await ask(api, { path: `${at(path)}/merge_requests?${query}` }, v.array(listed), runtime);
      return newest && requestOf(await ask(api, { path: `${at(path)}/merge_requests/${newest.iid}` }, mergeRequest, runtime));
    },
    async openPullRequest(path, { branch, into, ...proposal }) {
      const body = { source_branch: branch, target_branch: into, remove_source_branch: true, ...contentOf(proposal) };
      return requestOf(await ask(api, { method: 'POST', path: `${at(path)}/merge_requests`, body }, mergeRequest, runtime));
    },
    async updatePullRequest(path, number, proposal) {
      const request = { method: 'PUT', path: `${at(path)}/merge_requests/${number}`, body: contentOf(proposal) } as const;
      return requestOf(await ask(api, request, mergeRequest, runtime));
    },
  };
}

function headersFor(token: string | undefined, address: ForgeAddress): Readonly<Record<string, string>> {
  if (token === undefined) return {};
  refuseCleartext(address);
  return { authorization: `Bearer ${token}` };
}

/** The title says that a merge request is a draft. */
function contentOf({ title, body, draft }: Proposal): { readonly title: string; readonly description: string } {
  return { title: draft ? `Draft: ${title}` : title, description: body };
}

function repositoryOf({ path_with_namespace, http_url_to_repo, default_branch }: v.InferOutput<typeof project>): RemoteRepository {
  return { path: path_with_namespace, cloneUrl: http_url_to_repo, defaultBranch: default_branch ?? undefined };
}

function requestOf(found: v.InferOutput<typeof mergeRequest>): PullRequest {
  const isUnknown = ['unchecked', 'checking', 'preparing'].includes(found.detailed_merge_status ?? '');
  return {
    number: found.iid,
    url: found.web_url,
    state: found.state === 'merged' ? 'merged' : found.state === 'closed' ? 'closed' : 'open',
    draft: found.draft,
    head: found.sha ?? '',
    mergeable: isUnknown ? undefined : !found.has_conflicts,
    checks: checksOf(found.head_pipeline?.status),
    title: found.title.replace(/^Draft: /, ''),
    body: found.description ?? '',
  };
}

function checksOf(pipeline: string | undefined): PullRequest['checks'] {
  if (pipeline === undefined || pipeline === 'skipped') return 'none';
  if (pipeline === 'success') return 'passed';
  return pipeline === 'failed' || pipeline === 'canceled' ? 'failed' : 'running';
}
