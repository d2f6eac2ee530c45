import { dirname, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type { Move } from './journal.ts';
import type { Content, Plan, Write } from './plan.ts';

/** A file to write, where it will be and where it waits until then. */
export interface StagedFile {
  readonly path: string;
  readonly content: Content;
  readonly executable: boolean;
}

/** How a plan reaches the disk: first files and folders under temporary names, then one rename for each move. */
export interface Staging {
  readonly moves: readonly Move[];
  /** New folders, outer ones first, under their temporary names. */
  readonly folders: readonly string[];
  readonly files: readonly StagedFile[];
  /** Old content of files that are replaced. */
  readonly backups: readonly StagedFile[];
}

/**
 * Looks at every place that a plan writes to, and says how. A new folder is one move, however many files are in it.
 * @throws SvcError plan/unsafe-path where a link is in the way, plan/conflict where something else is
 */
export async function stagingOf(plan: Plan, writes: readonly Write[], tools: { fs: FileSystem; token: string }): Promise<Staging> {
  const ground = new Ground(tools.fs);
  const root = await physicalPath(plan.root, tools.fs);
  const builder = new Builder(tools.token);
  for (const write of writes) {
    const target = join(root, ...write.path.split('/'));
    const missing = await ground.firstMissing(root, target);
    if (write.kind === 'create') builder.create(write, { target, missing: missing ?? target, taken: missing === undefined });
    else if (write.kind === 'remove') builder.remove(write, target, await current(write, target, tools.fs));
    else builder.replace(write, target, await current(write, target, tools.fs));
  }
  return builder.staging();
}

/** The path without links, as far as it exists: where the user points to is the user's choice, what is inside is checked. */
export async function physicalPath(path: string, fs: FileSystem): Promise<string> {
  const real = await fs.realPath(path);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  if ((await fs.info(path)) !== undefined) throw linkInTheWay(path);
  return join(await physicalPath(dirname(path), fs), relative(dirname(path), path));
}

/** What is on the way to a target: every folder is looked at once, and no link is followed. */
class Ground {
  readonly #fs: FileSystem;
  readonly #folders = new Map<string, Promise<boolean>>();

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** The outermost part of `target` that is not there, or undefined where all of it is. */
  async firstMissing(root: string, target: string): Promise<string | undefined> {
    const outermost = await this.#firstMissingAbove(root);
    if (outermost !== undefined) return outermost;
    let path = root;
    for (const name of relative(root, dirname(target)).split(sep).filter(Boolean)) {
      path = join(path, name);
      if (!(await this.#isFolder(path))) return path;
    }
    const kind = (await this.#fs.info(target))?.kind;
    if (kind === 'link') throw linkInTheWay(target);
    return kind === undefined ? target : undefined;
  }

  async #firstMissingAbove(root: string): Promise<string | undefined> {
    if (dirname(root) === root || (await this.#isFolder(root))) return undefined;
    return (await this.#firstMissingAbove(dirname(root))) ?? root;
  }

  #isFolder(path: string): Promise<boolean> {
    const known = this.#folders.get(path) ?? this.#look(path);
    this.#folders.set(path, known);
    return known;
  }

  async #look(path: string): Promise<boolean> {
    const kind = (await this.#fs.info(path))?.kind;
    if (kind === 'link') throw linkInTheWay(path);
    if (kind !== undefined && kind !== 'folder') throw changed(path, 'a folder is needed there');
    return kind === 'folder';
  }
}

/** Collects moves; each outermost missing path gets one temporary name beside it. */
class Builder {
  readonly #token: string;
  readonly #moves = new Map<string, Move>();
  readonly #folders = new Set<string>();
  readonly #files: StagedFile[] = [];
  readonly #backups: StagedFile[] = [];

  constructor(token: string) {
    this.#token = token;
  }

  create(write: Write & { kind: 'create' }, at: { target: string; missing: string; taken: boolean }): void {
    if (at.taken) throw changed(at.target, 'something is there already');
    const { staged } = this.#move(at.missing);
    const inside = relative(at.missing, at.target);
    let folder = staged;
    for (const name of inside === '' ? [] : inside.split(sep)) {
      this.#folders.add(folder);
      folder = join(folder, name);
    }
    this.#files.push({ path: folder, content: write.content, executable: write.executable ?? false });
  }

  replace(write: Write & { kind: 'replace' }, target: string, { executable }: { executable: boolean }): void {
    const { staged } = this.#move(target);
    const backup = `${staged}.old`;
    this.#moves.set(target, { target, staged, backup });
    this.#files.push({ path: staged, content: write.content, executable: write.executable ?? executable });
    this.#backups.push({ path: backup, content: write.expected, executable });
  }

  /** Nothing is staged: the file itself is moved there, and so out of sight. */
  remove(write: Write & { kind: 'remove' }, target: string, { executable }: { executable: boolean }): void {
    const { staged } = this.#move(target);
    const backup = `${staged}.old`;
    this.#moves.set(target, { target, staged, backup, removes: true });
    this.#backups.push({ path: backup, content: write.expected, executable });
  }

  staging(): Staging {
    return { moves: [...this.#moves.values()], folders: [...this.#folders], files: this.#files, backups: this.#backups };
  }

  #move(target: string): Move {
    const known = this.#moves.get(target);
    const move = known ?? { target, staged: join(dirname(target), `.svckit-${this.#token}-${this.#moves.size}`) };
    this.#moves.set(target, move);
    return move;
  }
}

async function current(write: Write & { kind: 'replace' | 'remove' }, target: string, fs: FileSystem): Promise<{ executable: boolean }> {
  const info = await fs.info(target);
  if (info?.kind === 'link') throw linkInTheWay(target);
  const bytes = info?.kind === 'file' ? await fs.readBytes(target) : undefined;
  if (bytes === undefined || !Buffer.from(write.expected).equals(bytes)) throw changed(target, 'it changed since it was read');
  return { executable: info?.executable ?? false };
}

export function changed(path: string, reason: string): SvcError {
  return new SvcError('plan/conflict', `Nothing was written: ${path}: ${reason}`, {
    hint: 'Look at that path, then run the command again',
  });
}

function linkInTheWay(path: string): SvcError {
  return new SvcError('plan/unsafe-path', `Nothing was written: ${path} is a link, and svckit writes through no link`, {
    hint: 'Remove the link, or name the folder that it points to',
  });
}
