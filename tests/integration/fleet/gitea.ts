import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../toolchain/loopback.ts';

/** A real forge on the loopback address, with an administrator's token. */
export interface Gitea {
  readonly url: string;
  readonly token: string;
  /** @throws where the answer is no success */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  end(): Promise<void>;
}

const ADMIN = { name: 'boss', password: 'boss-12345', email: 'boss@example.com' };
/** Gitea refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Starts the program with an empty database in a folder of its own. */
export async function startGitea(program: string): Promise<Gitea> {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-gitea-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const isRoot = process.getuid?.() === 0;
  const config = join(folder, 'app.ini');
  writeFileSync(config, settings({ folder, port, url, program, user: isRoot ? 'nobody' : userInfo().username }));
  mkdirSync(join(folder, 'home'));
  chmodSync(folder, 0o755);
  if (isRoot) for (const path of [folder, config, join(folder, 'home')]) chownSync(path, NOBODY.uid, NOBODY.gid);
  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: join(folder, 'home'), GITEA_WORK_DIR: folder },
    ...(isRoot && NOBODY),
  };
  const run = (...args: string[]) => execFileSync(program, [...args, '-c', config], { ...options, encoding: 'utf8' });
  run('migrate');
  const admin = ['--username', ADMIN.name, '--password', ADMIN.password, '--email', ADMIN.email];
  run('admin', 'user', 'create', ...admin, '--admin', '--must-change-password=false');
  const token = run('admin', 'user', 'generate-access-token', '--username', ADMIN.name, '--scopes', 'all', '--raw').trim();
  const server = spawn(program, ['web', '-c', config], { ...options, stdio: 'ignore' });
  await answers(`${url}/api/v1/version`, server);
  return {
    url,
    token,
    api: (method, path, body) => call({ url: `${url}/api/v1${path}`, method, token }, body),
    async end() {
      server.kill('SIGKILL');
      await new Promise((resolve) =>
        server.exitCode === null && server.signalCode === null ? server.once('exit', resolve) : resolve(undefined),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settings(at: { folder: string; port: number; url: string; program: string; user: string }): string {
  return `RUN_USER = ${at.user}
RUN_MODE = prod
WORK_PATH = ${at.folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${at.port}
ROOT_URL = ${at.url}/
STATIC_ROOT_PATH = ${dirname(at.program)}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(at.folder, 'gitea.db')}
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2_v1
[service]
DISABLE_REGISTRATION = true
[log]
LEVEL = Error
[session]
PROVIDER = memory
[indexer]
ISSUE_INDEXER_TYPE = db
`;
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (server.exitCode !== null) throw new Error(`Gitea ended with exit code ${server.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill('SIGKILL');
  throw new Error('Gitea did not answer within 20 s');
}

async function call(request: { url: string; method: string; token: string }, body: unknown): Promise<unknown> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: { authorization: `token ${request.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${request.method} ${request.url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
