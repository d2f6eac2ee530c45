import { basename, join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { FileKind, FileSystem } from '../../runtime/runtime.ts';
import type { Placement } from '../../template/create/placement.ts';
import { type Evidence, evidence, type Reader } from './evidence.ts';
import { catalogReader } from './readers/catalog.ts';
import { codeownersReader } from './readers/codeowners.ts';
import { dockerfileReader } from './readers/dockerfile.ts';
import { driverReader } from './readers/drivers.ts';
import { packageReader } from './readers/package-json.ts';
import { pipelineEvidence } from './readers/pipeline.ts';
import { scoreReader } from './readers/score.ts';

/** In the order in which they are believed. */
const READERS: readonly Reader[] = [catalogReader, scoreReader, packageReader, codeownersReader, dockerfileReader, driverReader];

/** A larger file is no description of a service. */
const LARGEST = 1_048_576;

export interface Gathered {
  /** What was found, the most trusted first. */
  readonly found: readonly Evidence[];
  /** Sentences on files that could not be read. */
  readonly notes: readonly string[];
}

/** Everything that the files of a service and of its repository say about it. A file that is broken says nothing, and is named. */
export async function gather({ folder, repository, defaults }: Placement, fs: FileSystem): Promise<Gathered> {
  const readings = await Promise.all(
    READERS.flatMap((reader) => reader.files.map((file) => reading(reader, { file, folder, repository }, fs))),
  );
  const paths = await pipelinePaths(repository, fs);
  const found = [
    ...readings.flatMap((each) => each.found),
    ...pipelineEvidence(paths),
    ...evidence('owner', defaults.owner, 'the workspace'),
    ...evidence('system', defaults.system, 'the workspace'),
    ...evidence('name', basename(folder), 'the name of the folder'),
  ];
  return { found, notes: readings.flatMap(({ notes }) => notes) };
}

async function reading(
  { of, read }: Reader,
  { file, folder, repository }: { readonly file: string; readonly folder: string; readonly repository: string },
  fs: FileSystem,
): Promise<Gathered> {
  const path = join(of === 'service' ? folder : repository, file);
  const content = (await fs.glance(path, LARGEST))?.content;
  if (content === undefined) return { found: [], notes: [] };
  try {
    return { found: read(Buffer.from(content).toString('utf8'), file), notes: [] };
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    return { found: [], notes: [`Not looked into: ${error.message.split('\n')[0]}`] };
  }
}

/** Who reviews everything in a repository, by its CODEOWNERS. */
export async function gatherOwner(repository: string, fs: FileSystem): Promise<string | undefined> {
  for (const file of codeownersReader.files) {
    const { found } = await reading(codeownersReader, { file, folder: repository, repository }, fs);
    const owner = found.find(({ input }) => input === 'owner');
    if (typeof owner?.value === 'string') return owner.value;
  }
  return undefined;
}

/** The root of the repository and the folders in which forges look for pipelines. */
export async function pipelinePaths(repository: string, fs: FileSystem): Promise<readonly string[]> {
  const top = (await fs.list(repository)) ?? [];
  const there = ['.github/workflows', '.circleci', '.buildkite'].filter((path) => top.some(({ name }) => name === path.split('/')[0]));
  const lists = await Promise.all(
    there.map(async (folder) => filesAmong((await fs.list(join(repository, folder))) ?? []).map((name) => `${folder}/${name}`)),
  );
  return [...filesAmong(top), ...lists.flat()];
}

function filesAmong(entries: readonly { readonly name: string; readonly kind: FileKind }[]): readonly string[] {
  return entries.filter(({ kind }) => kind === 'file').map(({ name }) => name);
}
