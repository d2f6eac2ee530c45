import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SvcError } from '../../src/errors.ts';
import { type FakeRuntime, fakeRuntime } from '../../src/runtime/fake-runtime.ts';
import { nodeFiles } from '../../src/runtime/node/files.ts';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import type { FileSystem, Runtime } from '../../src/runtime/runtime.ts';
import { recover } from '../../src/state/carry-out.ts';
import { createService } from '../../src/template/create/create.ts';
import { loadPending } from '../../src/upgrade/pending.ts';
import { abortUpgrade } from '../../src/upgrade/settle.ts';
import { type Upgrade, upgradeService } from '../../src/upgrade/upgrade.ts';
import { NEW, tinyManifest } from './scene.ts';
import {
  type Case,
  type DiskFault,
  editedLines,
  type FileEdit,
  GROWN,
  type LineEdit,
  pristineLines,
  SLOTS,
  type Slot,
} from './upgrade-lossless-model.ts';

/** By path: `*` before the content of an executable file, `-> ` before where a link points to. */
export type Tree = Readonly<Record<string, string>>;

const SERVICE = '/work/orders';
const TEMPLATE = '/work/template';
const REGION = { begin: '# svckit:begin orders', end: '# svckit:end orders' };

/** A template and a service in memory; only the merge itself is on the disk, where git can see it. */
export class World {
  readonly #fake: FakeRuntime;
  readonly #runtime: Runtime;
  #starts = 0;

  constructor() {
    const real = nodeRuntime(new AbortController().signal, () => {});
    let count = 0;
    const token = () => {
      count += 1;
      return `t${count}`;
    };
    this.#fake = fakeRuntime();
    this.#runtime = { ...this.#fake, fs: besides(this.#fake.fs), exec: real.exec, token };
  }

  release(version: string, files: Readonly<Record<string, Entry>>, more: string): void {
    const { volume } = this.#fake;
    volume.rmSync(TEMPLATE, { recursive: true, force: true });
    this.#put(join(TEMPLATE, 'template.yaml'), { content: manifest(version, more), executable: false });
    // A rule for a folder needs a file in it.
    this.#put(join(TEMPLATE, 'files/extra/always.txt'), { content: 'always\n', executable: false });
    for (const [path, entry] of Object.entries(files)) this.#put(join(TEMPLATE, path), entry);
  }

  async make(extra: string): Promise<void> {
    await createService({ ...NEW, template: TEMPLATE, name: 'orders', dir: 'orders', set: [['extra', extra]] }, this.#runtime);
  }

  edit(path: string, entry: Entry | { readonly link: string } | undefined): void {
    const { volume } = this.#fake;
    const full = join(SERVICE, path);
    if (volume.existsSync(full)) volume.unlinkSync(full);
    if (entry && 'link' in entry) volume.symlinkSync(entry.link, full);
    else if (entry) this.#put(full, entry);
  }

  read(path: string): string {
    return String(this.#fake.volume.readFileSync(join(SERVICE, path), 'latin1'));
  }

  /** With a disk fault the next process finds what this one left. */
  async upgrade(extra: string, disk?: DiskFault): Promise<Upgrade> {
    const order = { path: SERVICE, set: [['extra', extra]] as const, dryRun: false, yes: true, summary: () => '' };
    return upgradeService(order, disk ? failing(this.#started(), disk) : this.#started());
  }

  async recover(): Promise<void> {
    const runtime = this.#started();
    await recover(SERVICE, runtime);
    await loadPending(SERVICE, runtime);
  }

  async pending(): Promise<readonly string[] | undefined> {
    const files = (await loadPending(SERVICE, this.#started()))?.files;
    return files?.filter(({ fate }) => fate === 'conflict').map(({ path }) => path);
  }

  abort(): Promise<Upgrade> {
    return abortUpgrade(SERVICE, this.#started());
  }

  tree(folder = SERVICE): Tree {
    const { volume } = this.#fake;
    const names = (volume.readdirSync(folder) as string[]).sort();
    return Object.fromEntries(
      names.flatMap((name): [string, string][] => {
        const path = join(folder, name);
        const stats = volume.lstatSync(path);
        const inner = path.slice(SERVICE.length + 1);
        if (stats.isDirectory()) return Object.entries(this.tree(path));
        if (stats.isSymbolicLink()) return [[inner, `-> ${String(volume.readlinkSync(path))}`]];
        return [[inner, `${stats.mode & 0o100 ? '*' : ''}${this.read(inner)}`]];
      }),
    );
  }

  #put(path: string, { content, executable }: Entry): void {
    this.#fake.volume.mkdirSync(dirname(path), { recursive: true });
    this.#fake.volume.writeFileSync(path, Buffer.from(content, 'latin1'), { mode: executable ? 0o755 : 0o644 });
  }

  /** Every start is another process: what an earlier one locked is free. */
  #started(): Runtime {
    this.#starts += 1;
    const self = { id: 1, host: 'here', startedAt: String(this.#starts) };
    return { ...this.#runtime, processAt: async () => self };
  }
}

export interface Entry {
  /** In latin1: a character a byte. */
  readonly content: string;
  readonly executable: boolean;
}

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** A file of the template or of the user after these edits. */
export function entryOf({ path, kind }: Slot, edits: Readonly<Record<string, readonly LineEdit[]>>, executable: boolean): Entry {
  const writers = Object.entries(edits).flatMap(([who, all]) => (all.length > 0 ? [who] : []));
  return { content: kind === 'binary' ? `\0\u00ff${writers.join()}` : text(editedLines(path, edits)), executable };
}

export const extraOf = (there: boolean) => (there ? 'with' : 'without');

/** Sets up the service with its first version, the user's edits, and the next version. */
export async function enter(world: World, { mine, theirs, added, extra, moves }: Case): Promise<void> {
  world.release('1.0.0', Object.fromEntries(SLOTS.map((slot) => [inTemplate(slot, slot.path), entryOf(slot, {}, false)])), '');
  await world.make(extraOf(extra.before));
  for (const slot of SLOTS) if (!slot.optional || extra.before) userEdits(world, slot, mine[slot.path]);
  for (const path of added.mine) world.edit(path, { content: `${path} by mine\n`, executable: false });
  const next = SLOTS.flatMap((slot) => {
    const { how, lines, executable } = theirEdit(slot, { theirs, moves });
    return how === 'deleted'
      ? []
      : [[inTemplate(slot, pathNow(slot, { theirs, moves })), entryOf(slot, { theirs: lines }, executable)] as const];
  });
  const taken = new Set(next.map(([path]) => path));
  const news = added.theirs.map((path) => [`files/${path}`, { content: `${path} by theirs\n`, executable: false }] as const);
  const moved = SLOTS.flatMap(({ path, movedTo }) => (movedTo ? [`{ in: 1.1.0, from: ${path}, to: ${movedTo} }`] : []));
  const files = Object.fromEntries([...next, ...news.filter(([path]) => !taken.has(path))]);
  world.release('1.1.0', files, moves ? `    moves: [${moved.join(', ')}]\n` : '');
}

/** What the next version makes of a file: what it moves it rewrites as well. */
export function theirEdit({ path, ownership, movedTo }: Slot, { theirs, moves }: Pick<Case, 'theirs' | 'moves'>): FileEdit {
  const edit = theirs[path] ?? { how: 'lines', lines: [], crlf: false, executable: false };
  if (movedTo && moves) return { ...edit, how: 'lines', lines: [...edit.lines, GROWN] };
  return ownership === 'merged' || edit.how === 'lines' ? edit : { ...edit, how: 'lines' };
}

export function pathNow(slot: Slot, next: Pick<Case, 'theirs' | 'moves'>): string {
  if (slot.movedTo && next.moves) return slot.movedTo;
  return theirEdit(slot, next).how === 'renamed' ? `r/${slot.path}` : slot.path;
}

function inTemplate({ ownership }: Slot, path: string): string {
  return `${ownership === 'region' ? 'repository' : 'files'}/${path}`;
}

function userEdits(world: World, slot: Slot, edit: FileEdit | undefined): void {
  const { path, ownership } = slot;
  if (ownership === 'region') world.edit(path, { content: `outside by mine\n${world.read(path)}`, executable: false });
  if (edit?.how === 'deleted' || edit?.how === 'renamed') world.edit(path, undefined);
  if (edit?.how === 'link') world.edit(path, { link: 'elsewhere' });
  if (edit?.how !== 'lines' && edit?.how !== 'renamed') return;
  const plain = entryOf(slot, { mine: edit.lines }, edit.executable);
  const inside = ownership === 'region' ? `outside by mine\n${REGION.begin}\n${plain.content}${REGION.end}\n` : plain.content;
  const content = edit.crlf && slot.kind !== 'binary' ? inside.replaceAll('\n', '\r\n') : inside;
  world.edit(edit.how === 'renamed' ? `mine/${path}` : path, { ...plain, content });
}

/** The lines of the template in a shared file. */
export function regionOf(content: string): readonly string[] {
  const lines = content
    .replace(/^\*(?=#)/, '')
    .replaceAll('\r', '')
    .split('\n');
  return lines.slice(lines.indexOf(REGION.begin) + 1, lines.indexOf(REGION.end));
}

export const REGION_LINES = pristineLines('SHARED');

const RULES = `    include: [{ paths: [extra/**], when: { extra: with } }]
    ownership:
      - { paths: [own/**], mode: owned }
      - { paths: [once/**], mode: once }
      - { paths: [SHARED], mode: region }
`;

function manifest(version: string, more: string): string {
  const properties = '        extra: { type: string, enum: [with, without], default: with }';
  return tinyManifest({ version, properties, svckit: `${RULES}${more}` });
}

/** Memory, and the disk for what is in its folder for temporary files. */
function besides(memory: FileSystem): FileSystem {
  const disk = nodeFiles();
  const at = (path: string) => (path.startsWith(tmpdir()) ? disk : memory);
  const route =
    (name: keyof FileSystem) =>
    (path: string, ...rest: unknown[]) =>
      (at(path)[name] as (...args: unknown[]) => unknown)(path, ...rest);
  const names = Object.keys(memory) as (keyof FileSystem)[];
  return {
    ...(Object.fromEntries(names.map((name) => [name, route(name)])) as unknown as FileSystem),
    temporaryFolder: disk.temporaryFolder,
  };
}

const NEEDING_ROOM = ['createFile', 'createFolder'];

/** A disk on which the n-th change below the service or svckit's own folder fails. */
function failing(runtime: Runtime, { at, how }: DiskFault): Runtime {
  let step = 0;
  const fs = { ...runtime.fs };
  for (const name of ['createFile', 'rename', 'createFolder', 'removeFile', 'removeFolder', 'syncFolder'] as const) {
    const work = runtime.fs[name] as (...args: unknown[]) => Promise<never>;
    const change = async (path: string, ...rest: unknown[]) => {
      if (!path.startsWith(SERVICE) && !path.startsWith(runtime.paths.state)) return work(path, ...rest);
      step += 1;
      const goesOn = how === 'dies' || (how === 'stays full' && NEEDING_ROOM.includes(name));
      if (step === at || (step > at && goesOn)) throw new SvcError('file/disk-full', `No room to write ${path}`, { hint: '' });
      return work(path, ...rest);
    };
    Object.assign(fs, { [name]: change });
  }
  return { ...runtime, fs };
}
