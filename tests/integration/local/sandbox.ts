import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Address, SystemStatus } from '../../../src/target/local/protocol.ts';

export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `svc` that goes on. */
export interface Going {
  readonly child: ChildProcess;
  readonly said: Said;
  /** Resolves with all it said when it has ended. */
  readonly ended: Promise<Said>;
}

export interface SandboxOptions {
  readonly svc: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A workspace of its own, with a state folder of its own, in folders whose names have spaces and umlauts. */
export class Sandbox {
  readonly root: string;
  readonly #home: string;
  readonly #options: SandboxOptions;
  readonly #children: ChildProcess[] = [];

  private constructor(home: string, options: SandboxOptions) {
    this.#home = home;
    this.root = join(home, 'Wörk space');
    this.#options = options;
  }

  static async create(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(await mkdtemp(join(tmpdir(), 'svc löcal ')), options);
    await chmod(sandbox.#home, 0o755);
    await mkdir(sandbox.root);
    await writeFile(join(sandbox.root, 'svc.yaml'), '');
    return sandbox;
  }

  get home(): string {
    return this.#home;
  }

  /** Writes files of the workspace. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.root, path)), { recursive: true });
      await writeFile(join(this.root, path), content);
    }
  }

  /** Runs `svc` to its end. */
  svc(...args: readonly string[]): Promise<Said> {
    return this.start(...args).ended;
  }

  start(...args: readonly string[]): Going {
    const { svc, uid, env } = this.#options;
    const child = spawn(process.execPath, [svc, ...args], {
      cwd: this.root,
      env: { PATH: process.env['PATH'], HOME: this.#home, XDG_STATE_HOME: join(this.#home, 'stäte'), ...env },
      ...(uid !== undefined && { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    const said = { exitCode: undefined as number | undefined, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk));
    const ended = new Promise<Said>((resolve) => {
      child.once('close', (code) => {
        said.exitCode = code ?? undefined;
        resolve(said);
      });
    });
    return { child, said, ended };
  }

  /** The data of a command under `--json`. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.svc(...args, '--json');
    if (stdout === '') throw new Error(`no answer: ${stderr}`);
    const envelope = JSON.parse(stdout) as { readonly data?: T; readonly error?: unknown };
    return (envelope.data ?? envelope.error) as T;
  }

  async address(): Promise<Address> {
    const [state = ''] = await stateFolders(this.#home);
    return JSON.parse(await readFile(join(state, 'address.json'), 'utf8')) as Address;
  }

  async stateFile(name: string): Promise<string> {
    const [state = ''] = await stateFolders(this.#home);
    return join(state, name);
  }

  async status(): Promise<SystemStatus> {
    const { url, token } = await this.address();
    return JSON.parse((await get(`${url}/system`, { authorization: `Bearer ${token}` })).body) as SystemStatus;
  }

  async urlOf(service: string): Promise<string> {
    const found = (await this.status()).services.find(({ name }) => name === service);
    if (!found) throw new Error(`${service} does not run`);
    return found.url;
  }

  async remove(): Promise<void> {
    await this.svc('down', '--data', '--yes');
    for (const child of this.#children) child.kill('SIGKILL');
    await rm(this.#home, { recursive: true, force: true });
  }
}

async function stateFolders(home: string): Promise<readonly string[]> {
  const parent = join(home, 'stäte', 'svckit');
  return (await readdir(parent)).map((name) => join(parent, name));
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request on a connection of its own. */
export function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    call.once('error', reject).end();
  });
}

/** Waits until the check holds; fails with what it was at last. */
export async function eventually<T>(look: () => Promise<T> | T, holds: (seen: T) => boolean, patienceMs = 15_000): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain; at last: ${JSON.stringify(seen)}`);
    await pause(20);
  }
}

/** Whether a process runs; one that has ended and only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
