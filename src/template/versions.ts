import type { Input } from './input.ts';
import type { Manifest } from './manifest/manifest.ts';

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

function compatibilityFaults(versions: Versions, { version, inputs }: Manifest): readonly string[] {
  const before = Object.keys(versions)
    .filter((known) => majorOf(known) === majorOf(version) && compareVersions(known, version) < 0)
    .sort(compareVersions)
    .at(-1);
  const old = before === undefined ? undefined : versions[before];
  if (!old) return [];
  const faults = [
    ...old.inputs.flatMap((input) => changeFaults(input, inputs)),
    ...inputs.flatMap((input) => questionFaults(input, old.inputs)),
  ];
  return faults.map((fault) => `${fault}: that needs a new major version after ${before}`);
}

/** An answer that was right before has to be right still. */
function changeFaults(old: Input, inputs: readonly Input[]): readonly string[] {
  const now = inputs.find(({ name }) => name === old.name);
  if (!now) return [`input ${old.name} is gone`];
  if (now.type !== old.type) return [`input ${old.name} is ${now.type} instead of ${old.type}`];
  const gone = old.enum?.filter((value) => now.enum && !now.enum.includes(value)) ?? [];
  const stricter = now.pattern !== old.pattern && now.pattern !== undefined ? [`input ${old.name} has another pattern`] : [];
  return [...gone.map((value) => `input ${old.name} takes "${value}" no longer`), ...stricter];
}

function questionFaults(input: Input, old: readonly Input[]): readonly string[] {
  const known = old.find(({ name }) => name === input.name);
  return input.required && input.default === undefined && !known?.required ? [`input ${input.name} is a new question`] : [];
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

/** Negative where `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [a, b].map((version) => version.split('.').map(Number));
  const differences = (one ?? []).map((part, index) => part - (other?.[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
