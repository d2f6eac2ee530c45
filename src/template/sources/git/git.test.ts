import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeOptions, fakeRuntime } from '../../../runtime/fake-runtime.ts';
import type { FileSystem, Invocation } from '../../../runtime/runtime.ts';
import { newShelf } from '../shelf.ts';
import { fetchCommit } from './fetch.ts';
import { gitReason } from './git.ts';
import { readGit, remoteAt } from './read.ts';

const url = 'https://host/r.git';
const id = 'a'.repeat(40);

/** A git that answers by its subcommand, and keeps what it was called with. */
function withGit(answers: Readonly<Record<string, Partial<ReturnType<NonNullable<FakeOptions['exec']>>>>>, more: FakeOptions = {}) {
  const calls: Invocation[] = [];
  const runtime = fakeRuntime({
    ...more,
    exec: (call) => {
      calls.push(call);
      const name = Object.keys(answers).find((subcommand) => call.args.includes(subcommand));
      return name === undefined ? undefined : { exitCode: 0, ...answers[name] };
    },
  });
  return { runtime, calls };
}

describe('git is asked', () => {
  it('in a way that nothing in a repository or around it can turn', async () => {
    const { runtime, calls } = withGit({ 'ls-remote': { stdout: `${id}\tHEAD\n` }, init: {}, fetch: {}, 'rev-parse': { stdout: id } });
    await remoteAt(url, newShelf(), runtime);
    await fetchCommit(url, { ref: 'refs/tags/v1', objectFormat: 'sha1' }, runtime);
    for (const { args, env, cwd } of calls) {
      expect(args.join(' ')).toMatch(/^-c core\.hooksPath=\/dev\/null -c fetch\.fsckObjects=true -c core\.symlinks=false /);
      expect(env).toMatchObject({
        GIT_ALLOW_PROTOCOL: 'https:ssh:file',
        GIT_TERMINAL_PROMPT: '0',
        LC_ALL: 'C',
        GIT_CEILING_DIRECTORIES: cwd,
      });
      expect(env).toHaveProperty('GIT_DIR', undefined);
    }
    const [asked, , fetched] = calls.map(({ args }) => args.join(' '));
    expect(asked).toMatch(/ ls-remote --quiet -- https:\/\/host\/r\.git HEAD /);
    expect(fetched).toMatch(/ --no-tags --no-recurse-submodules .* -- https:\/\/host\/r\.git \+refs\/tags\/v1:refs\/svckit\/template$/);
  });

  it('not for a name that only looks like one', async () => {
    const { runtime, calls } = withGit({
      'ls-remote': { stdout: `${id}\tHEAD\nnonsense\n--upload-pack=x\trefs/tags/x\n${id}\trefs/tags/v1\n` },
    });
    expect([...(await remoteAt(url, newShelf(), runtime)).tags]).toEqual([['v1', id]]);
    expect(calls).toHaveLength(1);
  });

  it('to let a person type a password, where there is one', async () => {
    const { runtime, calls } = withGit({ 'ls-remote': { stdout: '' } }, { answers: [] });
    await remoteAt(url, newShelf(), runtime);
    expect(calls[0]?.env).not.toHaveProperty('GIT_TERMINAL_PROMPT');
  });
});

describe('a repository that does not answer', () => {
  const broken = { exitCode: 128, stderr: "warning: x\nfatal: unable to access 'https://host/r.git/': Could not resolve host: host\n" };

  it('is an error the first time, in git’s words', async () => {
    const { runtime } = withGit({ 'ls-remote': broken });
    await expect(remoteAt(url, newShelf(), runtime)).rejects.toMatchObject({
      code: 'template/unavailable',
      message: "Cannot read https://host/r.git: unable to access 'https://host/r.git/': Could not resolve host: host",
    });
  });

  it('is answered for by the cache later, without waiting long and not in silence', async () => {
    const answers: Record<string, object> = { 'ls-remote': { stdout: `${id}\tHEAD\n${id}\trefs/tags/v1\n` } };
    const { runtime, calls } = withGit(answers);
    await remoteAt(url, newShelf(), runtime);
    answers['ls-remote'] = broken;
    expect(await remoteAt(url, newShelf(), runtime)).toMatchObject({ fresh: false, head: id });
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 15_000]);
    expect(runtime.progress.at(-1)?.text).toContain('Could not resolve host');
  });

  it('does not hide that a tag was never read', async () => {
    const answers: Record<string, object> = { 'ls-remote': { stdout: `${id}\trefs/tags/v1\n` } };
    const { runtime } = withGit(answers);
    await remoteAt(url, newShelf(), runtime);
    answers['ls-remote'] = broken;
    for (const ref of ['v1', 'v2']) {
      const source = { kind: 'git', url, folder: '', ref } as const;
      await expect(readGit(source, newShelf(), runtime)).rejects.toMatchObject({ code: 'template/unavailable' });
    }
  });
});

describe('a fetch', () => {
  const fetching = (answers: Parameters<typeof withGit>[0], more: FakeOptions = {}) => {
    const { runtime } = withGit({ init: {}, 'rev-parse': { stdout: id }, ...answers }, more);
    return { runtime, fetched: fetchCommit(url, { ref: 'HEAD', objectFormat: 'sha1' }, runtime) };
  };

  it('leaves the commit by its id, when it was used, and nothing beside it', async () => {
    const { runtime, fetched } = fetching({ fetch: {} });
    const { folder } = await fetched;
    expect(folder.endsWith(`/${id}`)).toBe(true);
    const mark = join(dirname(folder), 'used', id);
    expect(Object.keys(runtime.tree()).filter((path) => path.startsWith('/cache'))).toEqual([folder, mark]);
  });

  it('is stopped where it grows too large', async () => {
    const { fs } = fakeRuntime();
    const large: FileSystem = {
      ...fs,
      list: async (path) => (path.endsWith('/pack') ? [{ name: 'tmp_pack', kind: 'file' }] : fs.list(path)),
      info: async (path) => (path.endsWith('/tmp_pack') ? { kind: 'file', executable: false, size: 200 * 1_048_576 } : fs.info(path)),
    };
    const { fetched } = fetching({ fetch: {} }, { override: { fs: large } });
    await expect(fetched).rejects.toMatchObject({ code: 'template/invalid', message: expect.stringContaining('more than 100 MiB') });
  });

  it('that git’s own check refuses is the fault of the template', async () => {
    const stderr = `error: object ${id}: hasDotgit: contains '.git'\nfatal: fsck error in packed object\n`;
    await expect(fetching({ fetch: { exitCode: 128, stderr } }).fetched).rejects.toMatchObject({ code: 'template/invalid' });
  });

  it.each([
    [143, '', 'it took too long'],
    [128, '', 'git ended with exit code 128'],
    [128, 'ssh: no route\u001b[2J\n', 'ssh: no route [2J'],
  ])('that ends with %i and %j is told as: %s', (exitCode, stderr, told) =>
    expect(gitReason({ exitCode, stderr, stdout: '', bytes: new Uint8Array() })).toBe(told),
  );
});
