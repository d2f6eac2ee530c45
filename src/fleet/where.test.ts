import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../runtime/fake-runtime.ts';
import type { Forge } from './forge/forge.ts';
import { parseList, parseWhere, placesIn } from './where.ts';

describe('a fleet is named by', () => {
  it.each([
    ['services', { kind: 'path', path: '/work/services' }],
    ['/a/list.txt', { kind: 'path', path: '/a/list.txt' }],
    ['github:shop', { kind: 'organisation', forge: { kind: 'github', url: 'https://github.com' }, owner: 'shop' }],
    [
      'github:https://ghe.corp.example/shop',
      { kind: 'organisation', forge: { kind: 'github', url: 'https://ghe.corp.example' }, owner: 'shop' },
    ],
    ['gitlab:shop/backend', { kind: 'organisation', forge: { kind: 'gitlab', url: 'https://gitlab.com' }, owner: 'shop/backend' }],
    [
      'gitlab:https://gl.example/shop/backend/',
      { kind: 'organisation', forge: { kind: 'gitlab', url: 'https://gl.example' }, owner: 'shop/backend' },
    ],
    [
      'gitea:http://127.0.0.1:3000/git/shop',
      { kind: 'organisation', forge: { kind: 'gitea', url: 'http://127.0.0.1:3000/git' }, owner: 'shop' },
    ],
  ])('%s', (text, expected) => expect(parseWhere(text, '/work')).toEqual(expected));

  it.each([
    ['gitea:shop', 'address of the server'],
    ['github:', 'organisation is missing'],
    ['github:../shop', 'no name of an organisation'],
    ['gitea:https://me:secret@git.example/shop', 'no plain address'],
  ])('not %s', (text, message) => expect(() => parseWhere(text, '/work')).toThrow(message));

  it('an address whose secret no message repeats', () => {
    expect(() => parseWhere('gitea:https://me:secret@git.example/shop', '/')).not.toThrow('secret');
  });
});

describe('a list', () => {
  it('holds paths and git URLs, each once, and comments', () => {
    const text = '# the shop\norders\r\n../users  # theirs\n\nhttps://git.example/a/b#c.git\ngit@git.example:a/b.git\norders\n';
    expect(parseList(text, '/lists/all.txt')).toEqual([
      { kind: 'folder', folder: '/lists/orders' },
      { kind: 'folder', folder: '/users' },
      { kind: 'url', url: 'https://git.example/a/b#c.git' },
      { kind: 'url', url: 'git@git.example:a/b.git' },
    ]);
  });

  it('is refused with every line that would run a program, hide an option or hold a secret', () => {
    const text = 'ext::sh -c id\nhttps://me:hunter2@git.example/a\ngit@host:-oProxyCommand=id\nftp://x/y\nhttps://git.example/ok';
    const refusal = () => parseList(text, '/l');
    for (const line of [1, 2, 3, 4]) expect(refusal).toThrow(`/l:${line}: `);
    expect(refusal).not.toThrow('hunter2');
    expect(refusal).not.toThrow('/l:5');
  });
});

describe('the places of a fleet', () => {
  const noForge = (): Forge => {
    throw new Error('no forge is asked');
  };

  it('are a folder, or what a list says', async () => {
    const runtime = fakeRuntime({ files: { 'shop/a/x': '', 'all.txt': 'shop\n' } });
    expect(await placesIn({ kind: 'path', path: '/work/shop' }, noForge, runtime)).toEqual([{ kind: 'folder', folder: '/work/shop' }]);
    expect(await placesIn({ kind: 'path', path: '/work/all.txt' }, noForge, runtime)).toEqual([{ kind: 'folder', folder: '/work/shop' }]);
  });

  it('are not made up where there is nothing', async () => {
    await expect(placesIn({ kind: 'path', path: '/work/none' }, noForge, fakeRuntime())).rejects.toThrow('There is no folder and no list');
  });
});
