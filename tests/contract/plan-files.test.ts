import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/runtime/runtime.ts';
import { WORLDS, type World } from './plan-worlds.ts';

describe.each(Object.entries(WORLDS))('the file system in %s', (_, open) => {
  let world: World;
  let fs: FileSystem;
  const at = (path: string) => join(world.root, path);

  beforeEach(async () => {
    world = open();
    fs = world.runtime.fs;
    await fs.createFolder(world.root);
    await fs.createFile(at('file'), 'text');
    await fs.createFolder(at('folder'));
    await world.link(at('file'), at('link'));
    await world.link(at('nowhere'), at('dangling'));
  });
  afterEach(() => world.end());

  it('reads what is there, and nothing where nothing is', async () => {
    expect(await fs.readText(at('file'))).toBe('text');
    expect(Buffer.from((await fs.readBytes(at('file'))) ?? '')).toEqual(Buffer.from('text'));
    expect(await fs.readText(at('nowhere'))).toBeUndefined();
    expect(await fs.readText(at('file/below'))).toBeUndefined();
    expect(await fs.list(at('nowhere'))).toBeUndefined();
    expect(await fs.realPath(at('dangling'))).toBeUndefined();
    await expect(fs.readText(at('folder'))).rejects.toMatchObject({ code: 'file/unreadable' });
  });

  it('tells what a path itself is, and does not follow links', async () => {
    const kinds = await Promise.all(['file', 'folder', 'link', 'dangling', 'nowhere'].map(async (path) => (await fs.info(at(path)))?.kind));
    expect(kinds).toEqual(['file', 'folder', 'link', 'link', undefined]);
    expect(await fs.info(at('file'))).toEqual({ kind: 'file', size: 4, executable: false });
  });

  it('lists a folder by name', async () => {
    expect(await fs.list(world.root)).toEqual([
      { name: 'dangling', kind: 'link' },
      { name: 'file', kind: 'file' },
      { name: 'folder', kind: 'folder' },
      { name: 'link', kind: 'link' },
    ]);
  });

  it.each(['file', 'folder', 'link', 'dangling', 'nowhere/below'])('creates no file at %s', async (path) => {
    await expect(fs.createFile(at(path), 'new')).rejects.toMatchObject({ code: 'file/unwritable' });
    expect(await fs.readText(at('file'))).toBe('text');
    expect(await fs.info(at('nowhere'))).toBeUndefined();
  });

  it('creates files whole, also large and executable ones', async () => {
    const large = Buffer.alloc(3_000_000, 'x');
    await fs.createFile(at('large'), large, { executable: true });
    expect(await fs.info(at('large'))).toEqual({ kind: 'file', size: large.length, executable: true });
  });

  it('renames over a file in one step', async () => {
    await fs.createFile(at('next'), 'next');
    await fs.rename(at('next'), at('file'));
    expect(await fs.readText(at('file'))).toBe('next');
    expect(await fs.info(at('next'))).toBeUndefined();
    await expect(fs.rename(at('nowhere'), at('file'))).rejects.toMatchObject({ code: 'file/unwritable' });
  });

  it('says whether a folder was made or removed', async () => {
    expect(await fs.createFolder(at('folder'))).toBe(false);
    expect(await fs.createFolder(at('folder/inner'))).toBe(true);
    expect(await fs.removeFolder(at('folder'))).toBe(false);
    expect(await fs.removeFolder(at('folder/inner'))).toBe(true);
    expect(await fs.removeFolder(at('nowhere'))).toBe(false);
  });

  it('removes a link, not what it points to, and nothing where nothing is', async () => {
    await fs.removeFile(at('link'));
    await fs.removeFile(at('nowhere'));
    expect(await fs.info(at('link'))).toBeUndefined();
    expect(await fs.readText(at('file'))).toBe('text');
  });

  it('flushes a folder', async () => {
    await fs.syncFolder(at('folder'));
    await expect(fs.syncFolder(at('nowhere'))).rejects.toMatchObject({ code: 'file/unwritable' });
  });
});
