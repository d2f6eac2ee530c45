import { dirname, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import { digestOf, type Move, type MovedFile } from './journal.ts';
import { inLanes } from './lanes.ts';
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
}

/**
 * Looks at every place that a plan writes to, and says how. A new folder is one move, however many files are in it.
 * @throws SvcError plan/unsafe-path where a link is in the way, plan/conflict where something else is
 */
export async function stagingOf(plan: Plan, writes: readonly Write[], tools: { fs: FileSystem; token: string }): Promise<Staging> {
  const ground = new Ground(tools.fs);
  const root = await physicalPath(plan.root, tools.fs);
  const places = await inLanes(writes, async (write): Promise<Place & { readonly write: Write }> => {
    const target = join(root, ...write.path.split('/'));
    const missing = await ground.firstMissing(root, target);
    if (write.kind === 'create') return { write, target, missing };
    return { write, target, missing, now: await current(write, target, tools.fs) };
  });
  const builder = new Builder(tools.token);
  for (const { write, ...place } of places) builder.add(write, place);
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

/** Where a write goes. */
interface Place {
  readonly target: string;
  /** The outermost part of the target that is not there yet. */
  readonly missing: string | undefined;
  /** The file that is there, where one has to be. */
  readonly now?: Current;
}

interface Current {
  readonly content: Uint8Array;
  readonly executable: boolean;
}

interface Draft extends Move {
  readonly files: MovedFile[];
  readonly folders: string[];
}

/** Collects moves; each outermost missing path gets one temporary name beside it. */
class Builder {
  readonly #token: string;
  readonly #moves = new Map<string, Draft>();
  readonly #files: StagedFile[] = [];

  constructor(token: string) {
    this.#token = token;
  }

  add(write: Write, { target, missing, now }: Place): void {
    if (write.kind === 'create') {
      if (missing === undefined) throw changed(target, 'something is there already');
      this.#put(this.#move(missing), target, { content: write.content, executable: write.executable ?? false });
      return;
    }
    const { content = new Uint8Array(), executable = false } = now ?? {};
    const move = this.#move(target, { base64: Buffer.from(content).toString('base64'), executable });
    if (write.kind === 'replace') this.#put(move, target, { content: write.content, executable: write.executable ?? executable });
  }

  staging(): Staging {
    const moves = [...this.#moves.values()];
    return { moves, folders: moves.flatMap(({ staged, folders }) => folders.map((path) => join(staged, path))), files: this.#files };
  }

  #put(move: Draft, target: string, { content, executable }: { readonly content: Content; readonly executable: boolean }): void {
    const path = relative(move.target, target);
    const names = path.split(sep);
    const folders = path === '' ? [] : names.map((_, depth) => names.slice(0, depth).join(sep));
    move.folders.push(...folders.filter((folder) => !move.folders.includes(folder)));
    move.files.push({ path, digest: digestOf(content), executable });
    this.#files.push({ path: join(move.staged, path), content, executable });
  }

  #move(target: string, before?: NonNullable<Move['before']>): Draft {
    const staged = join(dirname(target), `.svckit-${this.#token}-${this.#moves.size}`);
    const move: Draft = this.#moves.get(target) ?? { target, staged, ...(before && { before }), files: [], folders: [] };
    this.#moves.set(target, move);
    return move;
  }
}

async function current(write: Write & { kind: 'replace' | 'remove' }, target: string, fs: FileSystem): Promise<Current> {
  const info = await fs.info(target);
  if (info?.kind === 'link') throw linkInTheWay(target);
  const bytes = info?.kind === 'file' ? await fs.readBytes(target) : undefined;
  if (bytes === undefined || !Buffer.from(write.expected).equals(bytes)) throw changed(target, 'it changed since it was read');
  return { content: bytes, executable: info?.executable ?? false };
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
