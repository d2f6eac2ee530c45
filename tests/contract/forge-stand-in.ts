import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GITHUB, GITLAB, type GithubSchemas, hold } from './forge-shapes.ts';
import type { ForgeWorld } from './forge-suite.ts';

interface Repo {
  readonly path: string;
  readonly archived: boolean;
  readonly empty: boolean;
}

interface Pull {
  readonly number: number;
  readonly repository: string;
  readonly branch: string;
  title: string;
  body: string;
  draft: boolean;
  state: 'open' | 'closed' | 'merged';
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

interface Reply {
  readonly status?: number;
  readonly body: unknown;
  readonly shape?: object;
}

/** Pages are short, so that a list has several. */
const PAGE = 2;
const TOKEN = 'secret-token';

/** What a forge keeps, behind the paths and shapes of one of them. Nothing here decides for svc: it stores and answers. */
export class StandIn {
  readonly #kind: 'github' | 'gitlab';
  readonly #pulls: Pull[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #repos: readonly Repo[] = ['shop/orders', 'shop/old', 'shop/users', 'shop/new', 'shop/stock'].map((path) => ({
    path,
    archived: path === 'shop/old',
    empty: path === 'shop/new',
  }));
  /** Sent instead of the next answers. */
  readonly instead: { status: number; headers: Record<string, string>; body: string }[] = [];
  readonly calls: string[] = [];
  #url = '';

  constructor(kind: 'github' | 'gitlab') {
    this.#kind = kind;
  }

  async start(): Promise<ForgeWorld> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const end = (state: Pull['state']) => async (_: string, number: number) => void Object.assign(this.#pull(number) ?? {}, { state });
    return {
      address: { kind: this.#kind, url: this.#url },
      owner: 'shop',
      env: { [this.#kind === 'github' ? 'GITHUB_TOKEN' : 'GITLAB_TOKEN']: TOKEN },
      token: TOKEN,
      merge: end('merged'),
      close: end('closed'),
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', this.#url);
    this.calls.push(`${request.method} ${pathname}`);
    const other = this.instead.shift();
    if (other) return void response.writeHead(other.status, other.headers).end(other.body);
    const send = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void send(401, { message: 'Bad credentials' });
    const text = Buffer.concat(chunks).toString();
    const call: Call = {
      method: request.method ?? 'GET',
      path: decodeURIComponent(pathname),
      query: searchParams,
      body: text === '' ? {} : JSON.parse(text),
    };
    try {
      const reply = this.#kind === 'github' ? this.#github(call) : this.#gitlab(call);
      if (!reply) return void send(404, { message: 'Not Found' });
      const { body, headers } = this.#paged(reply.body, pathname, searchParams);
      if (reply.shape) hold(body, reply.shape, `the answer to ${call.method} ${call.path}`);
      send(reply.status ?? 200, body, headers);
    } catch (error) {
      send(422, { message: (error as Error).message });
    }
  }

  #paged(body: unknown, path: string, query: URLSearchParams) {
    if (!Array.isArray(body) || body.length <= PAGE) return { body, headers: {} };
    const page = Number(query.get('page') ?? 1);
    const next = new URLSearchParams(query);
    next.set('page', String(page + 1));
    const link =
      body.length > page * PAGE ? { link: `<${this.#url}${path}?${next}>; rel="next", <${this.#url}${path}?page=9>; rel="last"` } : {};
    return { body: body.slice((page - 1) * PAGE, page * PAGE), headers: link };
  }

  #github({ method, path, query, body }: Call): Reply | undefined {
    const at = path.replace(/^\/api\/v3/, '');
    if (at === '/orgs/shop/repos') return { body: this.#repos.map((repo) => this.#githubRepo(repo)), shape: GITHUB.repositories };
    const [, repository = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(at) ?? [];
    const repo = this.#repos.find((each) => each.path === repository);
    if (!repo) return undefined;
    if (rest === '') return { body: this.#githubRepo(repo), shape: GITHUB.repository };
    if (rest.endsWith('/check-runs'))
      return { body: { total_count: 1, check_runs: [{ status: 'completed', conclusion: 'failure' }] }, shape: GITHUB.checkRuns };
    if (rest.endsWith('/status')) return { body: { state: 'pending', total_count: 0 }, shape: GITHUB.status };
    const number = Number(/^\/pulls\/(\d+)$/.exec(rest)?.[1]);
    if (rest === '/pulls' && method === 'GET') {
      const [, branch] = (query.get('head') ?? '').split(':');
      return { body: this.#newest(repository, branch).map((pull) => this.#githubPull(pull)), shape: GITHUB.pulls };
    }
    if (rest === '/pulls') {
      hold(body, GITHUB.create, 'the request');
      const made = this.#open(repository, {
        branch: String(body['head']),
        title: String(body['title']),
        body: String(body['body']),
        draft: body['draft'] === true,
      });
      return { status: 201, body: this.#githubPull(made), shape: GITHUB.pull };
    }
    const pull = this.#pull(number);
    if (pull && method === 'PATCH') {
      hold(body, GITHUB.update, 'the request');
      Object.assign(pull, body);
    }
    return pull && { body: this.#githubPull(pull), shape: GITHUB.pull };
  }

  #gitlab({ method, path, query, body }: Call): Reply | undefined {
    const at = path.replace('/api/v4', '');
    if (at === '/groups/shop/projects')
      return { body: this.#repos.filter(({ archived }) => !archived).map((repo) => this.#gitlabRepo(repo)), shape: GITLAB.repositories };
    const [, repository = '', rest = ''] = /^\/projects\/([^/]+\/[^/]+)(\/.*)?$/.exec(at) ?? [];
    const repo = this.#repos.find((each) => each.path === repository);
    if (!repo) return undefined;
    if (rest === '') return { body: this.#gitlabRepo(repo), shape: GITLAB.repository };
    if (rest === '/merge_requests' && method === 'GET') {
      return {
        body: this.#newest(repository, query.get('source_branch') ?? '').map((pull) => this.#gitlabPull(pull)),
        shape: GITLAB.pulls,
      };
    }
    if (rest === '/merge_requests') {
      hold(body, GITLAB.create, 'the request');
      const made = this.#open(repository, {
        branch: String(body['source_branch']),
        title: String(body['title']),
        body: String(body['description']),
        draft: false,
      });
      return { status: 201, body: this.#gitlabPull(made), shape: GITLAB.pull };
    }
    const pull = this.#pull(Number(/^\/merge_requests\/(\d+)$/.exec(rest)?.[1]));
    if (pull && method === 'PUT') {
      hold(body, GITLAB.update, 'the request');
      Object.assign(pull, { title: body['title'], body: body['description'] });
    }
    return pull && { body: this.#gitlabPull(pull), shape: GITLAB.pull };
  }

  #open(repository: string, pull: Pick<Pull, 'branch' | 'title' | 'body' | 'draft'>): Pull {
    const made: Pull = { ...pull, repository, number: this.#pulls.length + 1, state: 'open' };
    this.#pulls.push(made);
    return made;
  }

  #newest(repository: string, branch: string | undefined): readonly Pull[] {
    return this.#pulls.filter((pull) => pull.repository === repository && pull.branch === branch).slice(-1);
  }

  #pull(number: number): Pull | undefined {
    return this.#pulls.find((each) => each.number === number);
  }

  #githubRepo({ path, archived, empty }: Repo) {
    return {
      full_name: path,
      clone_url: `${this.#url}/${path}.git`,
      default_branch: 'main',
      archived,
      size: empty ? 0 : 12,
    } satisfies Partial<GithubSchemas['minimal-repository']>;
  }

  #githubPull({ number, repository, branch, title, body, draft, state }: Pull) {
    const merged_at = state === 'merged' ? '2026-01-01T00:00:00Z' : null;
    const url = `${this.#url}/${repository}/pull/${number}`;
    return {
      number,
      html_url: url,
      state: state === 'open' ? ('open' as const) : ('closed' as const),
      merged_at,
      draft,
      mergeable: true,
      title,
      body,
      head: { ref: branch, sha: 'c0ffee' } satisfies Partial<GithubSchemas['pull-request']['head']>,
    } satisfies Omit<Partial<GithubSchemas['pull-request']>, 'head'> & { readonly head: unknown };
  }

  #gitlabRepo({ path, empty }: Repo) {
    return { path_with_namespace: path, http_url_to_repo: `${this.#url}/${path}.git`, default_branch: empty ? null : 'main' };
  }

  #gitlabPull({ number, repository, title, body, state }: Pull) {
    return {
      iid: number,
      web_url: `${this.#url}/${repository}/-/merge_requests/${number}`,
      state: state === 'open' ? 'opened' : state,
      draft: title.startsWith('Draft: '),
      has_conflicts: false,
      detailed_merge_status: 'mergeable',
      title,
      description: body,
      sha: 'c0ffee',
      head_pipeline: { status: 'failed' },
    };
  }
}
