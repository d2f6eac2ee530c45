import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeRuntime } from '../../src/runtime/fake-runtime.ts';
import { nodeFiles } from '../../src/runtime/node/files.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';

/** A place to write to, with the few things that the interface has no word for because svckit never does them. */
export interface World {
  /** An empty folder. */
  readonly root: string;
  readonly runtime: Runtime;
  link(target: string, path: string): Promise<void>;
  /** Every path below the root with what is there, state of svckit excluded. */
  tree(): Promise<Record<string, string>>;
  end(): void;
}

export const WORLDS: Readonly<Record<string, () => World>> = { memory: inMemory, disk: onDisk };

function inMemory(): World {
  const runtime = fakeRuntime({ override: { token: counter() } });
  return {
    root: '/work',
    runtime,
    link: (target, path) => runtime.volume.promises.symlink(target, path),
    tree: () => treeOf('/work', runtime),
    end() {},
  };
}

function onDisk(): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit plän-')));
  const root = join(folder, 'work');
  const state = join(folder, 'state');
  const { paths } = fakeRuntime();
  const runtime = fakeRuntime({ override: { fs: nodeFiles(), cwd: root, paths: { ...paths, state }, token: counter() } });
  return {
    root,
    runtime,
    link: async (target, path) => (await import('node:fs/promises')).symlink(target, path),
    tree: () => treeOf(root, runtime),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function counter(): (bytes: number) => string {
  let count = 0;
  return () => {
    count += 1;
    return `t${count}`;
  };
}

/** Files with their text, links and folders with what they are. */
export async function treeOf(folder: string, { fs }: Runtime, prefix = ''): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const { name, kind } of (await fs.list(folder)) ?? []) {
    const path = `${prefix}${name}`;
    if (kind === 'folder')
      entries.push([`${path}/`, 'folder'], ...Object.entries(await treeOf(join(folder, name), { fs } as Runtime, `${path}/`)));
    else entries.push([path, kind === 'file' ? ((await fs.readText(join(folder, name))) ?? '') : kind]);
  }
  return Object.fromEntries(entries);
}
