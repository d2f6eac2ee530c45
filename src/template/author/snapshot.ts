import { join } from 'node:path';
import type { Change } from '../../plan/plan.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { carryOut } from '../../state/carry-out.ts';
import { TESTS_FOLDER, type TestCase } from './case.ts';
import { type Failure, firstDifference } from './judge.ts';
import type { Rendered } from './rendered.ts';

/** The files that a case keeps of its last accepted render, by path from the root of the repository. */
export type Snapshot = ReadonlyMap<string, Uint8Array>;

/** @param folder absolute path of the template */
export async function readSnapshot(folder: string, { name }: TestCase, { fs }: Runtime): Promise<Snapshot> {
  const top = join(folder, TESTS_FOLDER, name);
  const files = new Map<string, Uint8Array>();
  const walk = async (below: string): Promise<void> => {
    for (const entry of (await fs.list(join(top, below))) ?? []) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.kind === 'folder') await walk(path);
      else if (entry.kind === 'file') files.set(path, (await fs.readBytes(join(top, path))) ?? new Uint8Array());
    }
  };
  await walk('');
  return files;
}

/** What a render has other than its snapshot: missing files, files that are new, lines that are not the same. */
export function snapshotFailures(testCase: TestCase, snapshot: Snapshot, files: Rendered): readonly Failure[] {
  if (snapshot.size === 0) return [{ file: testCase.file, line: 1, message: 'there is no snapshot of it yet' }];
  const rendered = new Map(files.map((file) => [file.path, file]));
  const paths = [...new Set([...snapshot.keys(), ...rendered.keys()])].sort();
  return paths.flatMap((path) => {
    const [expected, found] = [snapshot.get(path), rendered.get(path)?.content];
    const at = { file: `${TESTS_FOLDER}/${testCase.name}/${path}`, line: 1 };
    if (!found) return [{ ...at, message: 'the template does not make this file any more' }];
    if (!expected) return [{ ...at, message: 'the template makes this file, and the snapshot lacks it' }];
    if (Buffer.from(expected).equals(found)) return [];
    const difference = firstDifference(Buffer.from(expected).toString('utf8'), Buffer.from(found).toString('utf8'));
    return [{ ...at, message: 'it is rendered otherwise', ...difference }];
  });
}

/** Takes the render for right from now on. Returns whether anything was written. */
export async function writeSnapshot(
  folder: string,
  { testCase, snapshot, files }: { readonly testCase: TestCase; readonly snapshot: Snapshot; readonly files: Rendered },
  runtime: Runtime,
): Promise<boolean> {
  const rendered = new Map(files.map(({ path, content }) => [path, content]));
  const inTests = (path: string) => `${TESTS_FOLDER}/${testCase.name}/${path}`;
  const gone = [...snapshot].filter(([path]) => !rendered.has(path));
  const changes: readonly Change[] = [
    ...gone.map(([path, expected]) => ({ kind: 'remove' as const, path: inTests(path), expected })),
    ...[...rendered].flatMap(([path, content]): readonly Change[] => {
      const expected = snapshot.get(path);
      if (!expected) return [{ kind: 'create', path: inTests(path), content }];
      return Buffer.from(expected).equals(content) ? [] : [{ kind: 'replace', path: inTests(path), content, expected }];
    }),
  ];
  if (changes.length > 0) await carryOut({ root: folder, changes }, runtime);
  return changes.length > 0;
}
