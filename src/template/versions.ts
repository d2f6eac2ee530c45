import { movedValue, oldName } from './answer-moves.ts';
import { hasDefault, type Input } from './input.ts';
import type { InputMove, Manifest } from './manifest/manifest.ts';

/** What a template keeps of each of its versions, beside its manifest. */
export const VERSIONS_FILE = 'versions.json';

export interface VersionRecord {
  readonly digest: string;
  readonly inputs: readonly Input[];
}

/** By version, in the order in which they came. */
export type Versions = Readonly<Record<string, VersionRecord>>;

type Current = { readonly manifest: Manifest; readonly digest: string };

/**
 * What is wrong with a template's history: files that changed without a new version, and a version within the same major that a
 * service could not take without being asked.
 * @returns sentences; none where all is well
 */
export function versionFaults(versions: Versions, { manifest, digest }: Current): readonly string[] {
  const { version, inputs } = manifest;
  const recorded = versions[version];
  if (!recorded) return [`version ${version} is not recorded yet`, ...compatibilityFaults(versions, manifest)];
  if (recorded.digest !== digest) return [`it changed since version ${version} was recorded: give it a new version`];
  const same = JSON.stringify(recorded.inputs) === JSON.stringify(inputs);
  return [...(same ? [] : [`the inputs of version ${version} are recorded otherwise`]), ...compatibilityFaults(versions, manifest)];
}

/** The history with the current version in it. */
export function withVersion(versions: Versions, { manifest, digest }: Current): Versions {
  return { ...versions, [manifest.version]: { digest, inputs: manifest.inputs } };
}

function compatibilityFaults(versions: Versions, { version, inputs, inputMoves }: Manifest): readonly string[] {
  const before = Object.keys(versions)
    .filter((known) => majorOf(known) === majorOf(version) && compareVersions(known, version) < 0)
    .sort(compareVersions)
    .at(-1);
  const old = before === undefined ? undefined : versions[before];
  if (!old) return [];
  const moves = inputMoves.filter((move) => compareVersions(move.in, before ?? version) > 0);
  const faults = [
    ...old.inputs.flatMap((input) => changeFaults(input, { inputs, moves })),
    ...inputs.flatMap((input) =>
      questionFaults(
        input,
        old.inputs.map((each) => movedInput(each, moves)),
      ),
    ),
  ];
  return faults.map((fault) => `${fault}: that needs a new major version after ${before}`);
}

/** An answer that was right before has to be right still, under the name that its input has now. */
function changeFaults(old: Input, { inputs, moves }: { inputs: readonly Input[]; moves: readonly InputMove[] }): readonly string[] {
  const moved = movedInput(old, moves);
  if (!moved) return [];
  const now = inputs.find(({ name }) => name === moved.name);
  if (!now) return [`input ${old.name} is gone`];
  if (now.type !== moved.type) return [`input ${now.name} is ${now.type} instead of ${moved.type}`];
  const gone = moved.enum?.filter((value) => now.enum && !now.enum.includes(value)) ?? [];
  const stricter = now.pattern !== moved.pattern && now.pattern !== undefined ? [`input ${now.name} has another pattern`] : [];
  return [...gone.map((value) => `input ${now.name} takes "${value}" no longer`), ...stricter];
}

/** An input of an earlier version as declared moves make it: another name and other values. Undefined where it was removed. */
function movedInput(input: Input, moves: readonly InputMove[]): Input | undefined {
  const move = moves.find((each) => oldName(each) === input.name);
  if (!move) return input;
  if ('removed' in move) return undefined;
  const values = input.enum && (movedValue(move, input.enum) as readonly string[]);
  return movedInput({ ...input, name: move.to, ...(values && { enum: values }) }, moves.slice(moves.indexOf(move) + 1));
}

function questionFaults(input: Input, old: readonly (Input | undefined)[]): readonly string[] {
  const known = old.find((each) => each?.name === input.name);
  return input.required && !hasDefault(input) && !known?.required ? [`input ${input.name} is a new question`] : [];
}

export function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** Negative where `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [a, b].map((version) => version.split('.').map(Number));
  const differences = (one ?? []).map((part, index) => part - (other?.[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
