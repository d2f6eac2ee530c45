import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemplate } from '../../src/template/sources/find.ts';
import { GitHttp } from './git-http.ts';
import { SourcesScene } from './sources-scene.ts';

let scene: SourcesScene;
let server: GitHttp;
let url: string;

beforeEach(async () => {
  scene = new SourcesScene();
  server = new GitHttp(scene.folder);
  url = `${await server.start()}/origin/.git`;
  scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { at: 'tiny', tag: 'v1.0.0' });
});
afterEach(async () => {
  await server.stop();
  scene.end();
});

describe('a repository behind HTTP', () => {
  it('is read as any other, by tag, branch and commit', async () => {
    const commit = scene.git('rev-parse', 'HEAD');
    for (const ref of ['v1.0.0', 'main', commit]) {
      const { pinned, entries } = await findTemplate(`${url}//tiny#${ref}`, scene.runtime);
      expect(pinned).toEqual({ commit });
      expect(entries).toHaveLength(1);
    }
  });

  it('that asks for a password is told about, not waited for', async () => {
    server.instead = (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    await expect(findTemplate(url, scene.runtime)).rejects.toMatchObject({ code: 'template/unavailable' });
  });

  it.each(['file:///', 'ftp://127.0.0.1/', 'git://127.0.0.1/', 'ext::id'])('cannot lead to another transport: %s', async (place) => {
    const before = scene.outside();
    server.instead = (response) => response.writeHead(302, { location: `${place}${scene.origin}/info/refs` }).end();
    await expect(findTemplate(url, scene.runtime)).rejects.toMatchObject({ code: 'template/unavailable' });
    expect(scene.outside()).toBe(before);
  });

  it('is fetched again where the first fetch broke off, with nothing half done left', async () => {
    let broken = 0;
    const breakOff = (response: { destroy(): void }) => {
      broken += 1;
      response.destroy();
    };
    await findTemplate(`${url}//tiny#v1.0.0`, scene.runtime);
    scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { at: 'tiny', tag: 'v1.1.0' });
    server.instead = breakOff;
    await expect(findTemplate(`${url}//tiny#v1.1.0`, scene.runtime)).rejects.toMatchObject({ code: 'template/unavailable' });
    expect(broken).toBeGreaterThan(0);
    server.instead = undefined;
    expect((await findTemplate(`${url}//tiny#v1.1.0`, scene.runtime)).manifest.version).toBe('1.1.0');
  });
});
