import { join } from 'node:path';
import * as v from 'valibot';
import { decoded } from '../../document/decode.ts';
import { parseOneYaml } from '../../document/yaml.ts';
import { unsafeReason } from '../../plan/path.ts';
import type { FileSystem } from '../../runtime/runtime.ts';
import { type Complaint, refuseComplaints } from '../complaint.ts';
import type { Answers } from '../input.ts';

/** The folder of a template's checks, beside its manifest; no part of the template itself. */
export const TESTS_FOLDER = 'tests';

const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((value) => [value].flat()),
);

const insideFolder = v.pipe(
  v.string(),
  v.check((path) => unsafeReason(path) === undefined, 'must be a path inside of the folder'),
);

const expectation = v.strictObject({
  /** Of a file in the repository, or a pattern with `*` and `**`. */
  path: v.pipe(v.string(), v.nonEmpty()),
  exists: v.optional(v.boolean(), true),
  contains: v.optional(texts, []),
  lacks: v.optional(texts, []),
  /** The file below `tests/` that it has to be like. */
  equals: v.optional(insideFolder),
});

const shape = v.strictObject({
  title: v.optional(v.string()),
  answers: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])), {}),
  /** Where the service stands in its repository. */
  at: v.optional(insideFolder),
  expect: v.optional(v.array(expectation), []),
  snapshot: v.optional(v.boolean(), false),
});

/** What a file of the render is expected to be. */
export type Expectation = Omit<v.InferOutput<typeof expectation>, 'equals'> & {
  readonly line: number;
  /** What the file has to hold exactly. */
  readonly equals?: string;
};

/** One declared check of a template: `tests/<name>.yaml`. */
export interface TestCase {
  readonly name: string;
  /** From the template's folder. */
  readonly file: string;
  readonly answers: Answers;
  readonly answersLine: number;
  readonly at: string;
  readonly expect: readonly Expectation[];
  /** Whether the whole render is kept in `tests/<name>/`. */
  readonly snapshot: boolean;
}

/**
 * The declared checks of a template, by name.
 * @param folder absolute path of the template
 * @throws SvcError template/invalid with everything that is wrong with their form
 */
export async function readCases(folder: string, fs: FileSystem): Promise<readonly TestCase[]> {
  const entries = (await fs.list(join(folder, TESTS_FOLDER))) ?? [];
  const names = entries.flatMap(({ name, kind }) => (kind === 'file' && /\.ya?ml$/.test(name) ? [name] : []));
  const read = await Promise.all(names.map((name) => readCase(folder, `${TESTS_FOLDER}/${name}`, fs)));
  refuseComplaints(
    folder,
    read.flatMap(({ complaints }) => complaints),
  );
  return read.flatMap(({ found }) => found ?? []);
}

interface ReadCase {
  readonly found?: TestCase;
  readonly complaints: readonly Complaint[];
}

async function readCase(folder: string, file: string, fs: FileSystem): Promise<ReadCase> {
  const text = (await fs.readText(join(folder, file))) ?? '';
  const document = parseOneYaml({ text, file, code: 'template/invalid' });
  const result = decoded(document, shape);
  if ('faults' in result) return { complaints: result.faults.map(({ line, message }) => ({ file, line, message })) };
  const { answers, at = '.', snapshot } = result.value;
  const complaints: Complaint[] = [];
  const expect: Expectation[] = [];
  for (const [index, { equals, ...rest }] of result.value.expect.entries()) {
    const line = document.lineOf(['expect', index]);
    const content = equals === undefined ? undefined : await fs.readText(join(folder, TESTS_FOLDER, equals));
    if (equals !== undefined && content === undefined)
      complaints.push({ file, line, message: `there is no file ${TESTS_FOLDER}/${equals}` });
    expect.push({ ...rest, line, ...(content !== undefined && { equals: content }) });
  }
  const name = file.slice(TESTS_FOLDER.length + 1).replace(/\.ya?ml$/, '');
  return { found: { name, file, answers, answersLine: document.lineOf(['answers']), at, expect, snapshot }, complaints };
}
