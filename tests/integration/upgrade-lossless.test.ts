import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Scene } from './upgrade-scene.ts';

/** How often two random sets of edits meet; a failure prints its seed. */
const RUNS = 50;
const PATHS = ['a.txt', 'b.txt', 'src/c.txt', 'src/deep/d.txt'];

type Edits = Readonly<Record<string, readonly Edit[] | 'deleted' | 'renamed'>>;
interface Edit {
  readonly line: number;
  readonly how: 'replaced' | 'inserted' | 'removed';
}

const edit = fc.record({ line: fc.nat(11), how: fc.constantFrom('replaced', 'inserted', 'removed') }) satisfies fc.Arbitrary<Edit>;
const edits: fc.Arbitrary<Edits> = fc.dictionary(
  fc.constantFrom(...PATHS),
  fc.oneof({ weight: 6, arbitrary: fc.array(edit, { maxLength: 4 }) }, fc.constant('deleted' as const), fc.constant('renamed' as const)),
);

/** Every line of every file and side is another one, so that each can be looked for. */
const pristine = (path: string) => Array.from({ length: 12 }, (_, line) => `${path} ${line} as it was`);

function edited(who: string, changes: Edits): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PATHS.flatMap((path) => {
      const change = changes[path] ?? [];
      if (change === 'deleted') return [];
      if (change === 'renamed') return [[`${who}/${path}`, text(pristine(path))]];
      const written = change.reduce<readonly string[]>(
        (lines, each, index) => applied(lines, each, `${path} ${who} ${index}`),
        pristine(path),
      );
      return [[path, text(written)]];
    }),
  );
}

function applied(lines: readonly string[], { line, how }: Edit, written: string): readonly string[] {
  const at = Math.min(line, lines.length);
  return [...lines.slice(0, at), ...(how === 'removed' ? [] : [written]), ...lines.slice(how === 'inserted' ? at : at + 1)];
}

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const linesOf = (files: Readonly<Record<string, string>>) => Object.values(files).flatMap((content) => content.split('\n').filter(Boolean));
const under = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`files/${path}`, content]));

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.end());

it('loses no line that the user or the new template wrote, and changes nothing the second time', async () => {
  const meet = async (mine: Edits, theirs: Edits) => {
    rmSync(scene.service, { recursive: true, force: true });
    scene.release({ files: under({ ...edited('', {}), 'always.txt': 'one\n' }) });
    await scene.make();
    const ours = edited('mine', mine);
    for (const path of PATHS) if (!(path in ours)) scene.edit(path, undefined);
    for (const [path, content] of Object.entries(ours)) scene.edit(path, content);
    scene.edit('own.txt', 'the user’s own\n');
    scene.commit();
    const release = edited('theirs', theirs);
    scene.release({ version: '1.1.0', files: under({ ...release, 'always.txt': 'two\n' }) });
    const before = scene.tree();

    const { state } = await scene.upgrade();
    const after = scene.tree();
    const known = new Set(linesOf(edited('', {})));
    const written = (files: Readonly<Record<string, string>>) => linesOf(files).filter((line) => !known.has(line));
    const there = new Set(linesOf(after));
    expect(written(ours).filter((line) => !there.has(line))).toEqual([]);
    expect(written(release).filter((line) => !there.has(line) && state === 'upgraded')).toEqual([]);
    expect(after).toMatchObject({ 'own.txt': Buffer.from('the user’s own\n').toString('latin1') });

    if (state === 'conflict') {
      await scene.abort();
      expect(scene.tree()).toEqual(before);
      return;
    }
    expect(after['always.txt']).toBe('two\n');
    expect(await scene.upgrade()).toMatchObject({ state: 'current' });
    expect(scene.tree()).toEqual(after);
  };
  await fc.assert(fc.asyncProperty(edits, edits, meet), { numRuns: RUNS, endOnFailure: false });
});
