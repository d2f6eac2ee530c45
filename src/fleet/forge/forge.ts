/** The servers whose pull requests svc can open. */
export const FORGES = ['github', 'gitlab', 'gitea'] as const;
export type ForgeKind = (typeof FORGES)[number];

/** A server that keeps repositories, at the address that people open in a browser. */
export interface ForgeAddress {
  readonly kind: ForgeKind;
  /** Without a slash at the end: `https://github.com`, `https://git.example.com/gitea`. */
  readonly url: string;
}

export interface RemoteRepository {
  /** As the forge names it: `shop/orders`, on GitLab also `shop/backend/orders`. */
  readonly path: string;
  /** What git clones, over HTTP. Holds no credentials. */
  readonly cloneUrl: string;
  /** Where pull requests go; undefined in a repository without a commit. */
  readonly defaultBranch: string | undefined;
}

export interface PullRequest {
  readonly number: number;
  /** For people. */
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  readonly draft: boolean;
  /** The commit at the tip of its branch. */
  readonly head: string;
  /** Whether it can be merged without a conflict; undefined where the forge has not found out yet. */
  readonly mergeable: boolean | undefined;
  /** What the checks of its last commit say; `none` where it has none. */
  readonly checks: 'passed' | 'failed' | 'running' | 'none';
  readonly title: string;
  readonly body: string;
}

/** What a pull request says. */
export interface Proposal {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly draft: boolean;
}

/**
 * What svc asks of a forge; each server has its adapter. All methods throw SvcError: forge/denied (the token, or what it may do),
 * forge/refused (the request itself), forge/busy (a limit: its cause says how long to wait), forge/unavailable (no answer, or 5xx).
 */
export interface Forge {
  readonly address: ForgeAddress;
  /** What git needs to send to clone and push: the value of an `Authorization` header, or nothing. */
  gitAuthorization(repository: string): Promise<string | undefined>;
  /** Repositories of an organisation, group or user that can be written to; archived ones are left out. By path. */
  repositories(owner: string): Promise<readonly RemoteRepository[]>;
  repository(path: string): Promise<RemoteRepository>;
  /** The newest pull request from this branch of the repository, open or not. */
  findPullRequest(repository: string, branch: string): Promise<PullRequest | undefined>;
  openPullRequest(repository: string, request: Proposal & { readonly branch: string; readonly into: string }): Promise<PullRequest>;
  /** Gives an open pull request another title and text. */
  updatePullRequest(repository: string, number: number, proposal: Proposal): Promise<PullRequest>;
}
