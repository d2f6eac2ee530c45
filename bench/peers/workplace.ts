import { execFile } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome, Snapshot } from './observe.ts';
import type { Content, Edit, Files, Scene, Version } from './scene.ts';
import type { Tool } from './tool.ts';

export interface Finished {
  readonly exitCode: number;
  readonly output: string;
}

const GIT_SETTINGS = `[user]
\tname = Ada
\temail = ada@example.com
[init]
\tdefaultBranch = main
[core]
\tautocrlf = false
[advice]
\tdetachedHead = false
`;

/** A folder with a template in its repository and a service of one tool in another, real git, and nothing of the machine's own settings. */
export class Workplace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-compared-')));
  readonly service = join(this.folder, 'orders');
  readonly template = join(this.folder, 'template');
  readonly tool: Tool;

  constructor(tool: Tool) {
    this.tool = tool;
    writeFileSync(join(this.folder, 'gitconfig'), GIT_SETTINGS);
  }

  /** Version 1.0.0 of the template, the service made from it, the user's edits, version 1.1.0: each committed. */
  async prepare(scene: Scene): Promise<void> {
    await this.makeAndEdit(scene);
    await this.#release(scene, 'now');
  }

  async makeAndEdit(scene: Scene): Promise<void> {
    const made = await this.make(scene);
    if (made.exitCode !== 0) throw new Error(`${this.tool.name} could not make the service:\n${made.output}`);
    for (const [path, edit] of Object.entries(scene.edits)) this.edit(path, edit);
    await this.#commit(this.service, 'Edit it');
  }

  /** Releases version 1.0.0 of the template, and makes the service from it. */
  async make(scene: Scene): Promise<Finished> {
    await this.#release(scene, 'was');
    const made = await this.#start(this.tool.command, this.tool.make(this.template, scene), this.folder);
    if (made.exitCode !== 0) return made;
    await this.#git(['init', '--quiet'], this.service);
    await this.#commit(this.service, 'Make the service');
    return made;
  }

  edit(path: string, edit: Edit): void {
    put(this.service, path, typeof edit === 'function' ? edit(readFileSync(join(this.service, path), 'utf8')) : edit);
  }

  update(scene: Scene): Promise<Finished> {
    return this.run(this.tool.update(scene));
  }

  /** The tool, given in the service. */
  run(args: readonly string[]): Promise<Finished> {
    return this.#start(this.tool.command, args, this.service);
  }

  /** What the update did, seen from outside. */
  async updated(scene: Scene): Promise<Outcome & Finished & { readonly recorded: boolean }> {
    const [before, version] = [this.files(), this.#recorded()];
    const finished = await this.update(scene);
    const { output } = await this.#git(['ls-files', '--unmerged'], this.service);
    return { ...finished, before, after: this.files(), unmerged: output !== '', recorded: this.#recorded() !== version };
  }

  files(): Snapshot {
    return new Map(filesBelow(this.service).map((path) => [path, entryAt(join(this.service, path))]));
  }

  /** As it was committed last. */
  async reset(): Promise<void> {
    await this.#git(['reset', '--quiet', '--hard'], this.service);
    await this.#git(['clean', '--quiet', '-ffdx'], this.service);
  }

  /** The environment that everything here runs in. */
  env(): NodeJS.ProcessEnv {
    const { folder } = this;
    return {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      CI: '1',
      HOME: folder,
      TMPDIR: tmpdir(),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #release(scene: Scene, which: 'was' | 'now'): Promise<void> {
    const number = which === 'was' ? '1.0.0' : '1.1.0';
    const version: Version = scene[which];
    const history = join(this.template, '.git');
    for (const name of emptied(this.template)) rmSync(join(this.template, name), { recursive: true });
    if (scene.forgotten) rmSync(history, { recursive: true, force: true });
    const files = this.tool.template(version, { number, secret: scene.token !== undefined });
    for (const [path, content] of Object.entries(files)) put(this.template, path, content);
    for (const path of version.executable ?? []) chmodSync(at(files, path, this.template), 0o755);
    await this.#git(['init', '--quiet'], this.template);
    await this.#commit(this.template, `Release ${number}`);
    await this.#git(['tag', `v${number}`], this.template);
  }

  #recorded(): string | undefined {
    const { path, version } = this.tool.record;
    return version.exec(readFileSync(join(this.service, path), 'utf8'))?.[1];
  }

  async #commit(folder: string, message: string): Promise<void> {
    await this.#git(['add', '--all'], folder);
    await this.#git(['commit', '--quiet', '--allow-empty', '--message', message], folder);
  }

  #git(args: readonly string[], cwd: string): Promise<Finished> {
    return this.#succeed(['git'], args, cwd);
  }

  async #succeed(command: readonly string[], args: readonly string[], cwd: string): Promise<Finished> {
    const finished = await this.#start(command, args, cwd);
    if (finished.exitCode === 0) return finished;
    throw new Error(`${[...command, ...args].join(' ')} ended with ${finished.exitCode}:\n${finished.output}`);
  }

  #start([program = '', ...first]: readonly string[], args: readonly string[], cwd: string): Promise<Finished> {
    const options = { cwd, env: this.env(), encoding: 'utf8', timeout: 120_000 } as const;
    return new Promise((resolve, reject) => {
      const child = execFile(program, [...first, ...args], options, (error, stdout, stderr) => {
        const exitCode = error ? error.code : 0;
        if (typeof exitCode === 'number') resolve({ exitCode, output: `${stdout}${stderr}` });
        else reject(error);
      });
      child.stdin?.end();
    });
  }
}

function emptied(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).filter((name) => name !== '.git');
}

/** The file of a template that becomes this file of a service: each tool has it in a folder of its own, some with an ending. */
function at(files: Files, path: string, folder: string): string {
  const found = Object.keys(files).find((each) => each.includes(path));
  if (found === undefined) throw new Error(`The template has no ${path}`);
  return join(folder, found);
}

function put(folder: string, path: string, content: Content | undefined): void {
  const file = join(folder, path);
  rmSync(file, { force: true });
  if (content === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, file);
  else writeFileSync(file, content);
}

function entryAt(file: string): { readonly content: Content; readonly executable: boolean } {
  const info = lstatSync(file);
  if (info.isSymbolicLink()) return { content: { link: readlinkSync(file) }, executable: false };
  return { content: readFileSync(file), executable: (info.mode & 0o100) !== 0 };
}

function filesBelow(folder: string, prefix = ''): readonly string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = join(prefix, entry.name);
    if (entry.isDirectory()) return path === '.git' ? [] : filesBelow(folder, path);
    return [path];
  });
}
