import { createPrivateKey, sign } from 'node:crypto';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Api, ask } from './client.ts';
import type { ForgeAddress } from './forge.ts';

/** Who svc is to GitHub: a token of a person or of a workflow, or an app that is installed for an organisation. */
export interface Credentials {
  /** For what belongs to this organisation or person; undefined where nothing is set. */
  token(owner: string): Promise<string | undefined>;
}

const installation = v.object({ id: v.number() });
const accessToken = v.object({ token: v.string(), expires_at: v.string() });

/** GitHub allows ten minutes, and clocks differ. */
const JWT_SECONDS = 540;
const CLOCK_SKEW_SECONDS = 60;

/** `SVC_GITHUB_APP_ID` with `SVC_GITHUB_APP_KEY_FILE`, else `GITHUB_TOKEN` or `GH_TOKEN`. */
export function githubCredentials(server: { readonly address: ForgeAddress; readonly base: string }, runtime: Runtime): Credentials {
  const { env } = runtime;
  const [app, keyFile] = [env['SVC_GITHUB_APP_ID'], env['SVC_GITHUB_APP_KEY_FILE']];
  if (app && keyFile) return appCredentials(server, { app, keyFile: resolve(runtime.cwd, keyFile) }, runtime);
  const token = env['GITHUB_TOKEN'] || env['GH_TOKEN'];
  return { token: async () => token || undefined };
}

interface App {
  readonly app: string;
  readonly keyFile: string;
}

function appCredentials(server: { readonly address: ForgeAddress; readonly base: string }, app: App, runtime: Runtime): Credentials {
  const known = new Map<string, { readonly token: string; readonly until: number }>();
  const api: Api = { ...server, headers: async () => ({ authorization: `Bearer ${await jwt(app, runtime)}` }) };
  return {
    async token(owner) {
      const kept = known.get(owner);
      if (kept && kept.until > runtime.now().getTime() + CLOCK_SKEW_SECONDS * 1_000) return kept.token;
      const { id } = await ask(api, { path: `/users/${encodeURIComponent(owner)}/installation` }, installation, runtime);
      const made = await ask(api, { method: 'POST', path: `/app/installations/${id}/access_tokens` }, accessToken, runtime);
      known.set(owner, { token: made.token, until: Date.parse(made.expires_at) });
      return made.token;
    },
  };
}

/** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
async function jwt({ app, keyFile }: App, { fs, now }: Runtime): Promise<string> {
  const seconds = Math.floor(now().getTime() / 1_000);
  const claims = { iat: seconds - CLOCK_SKEW_SECONDS, exp: seconds + JWT_SECONDS, iss: app };
  const unsigned = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const pem = await fs.readText(keyFile);
  try {
    return `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), createPrivateKey(pem ?? '')).toString('base64url')}`;
  } catch {
    // What the library says of a broken key may quote from it.
    throw new SvcError('forge/denied', `${keyFile} holds no private key of a GitHub App`, {
      hint: 'Set SVC_GITHUB_APP_KEY_FILE to the .pem file that GitHub made for the app',
    });
  }
}
