import { clashes, unsafeReason } from '../plan/path.ts';
import { refuseUnsafe } from '../plan/plan.ts';
import { type Complaint, refuseComplaints } from './complaint.ts';
import { type ComputedDefault, computedDefaults } from './computed-defaults.ts';
import { digestOf } from './digest.ts';
import type { Input } from './input.ts';
import type { Manifest } from './manifest/manifest.ts';
import { MANIFEST_FILE, type ReadManifest, readManifest } from './manifest/read.ts';
import { matches } from './path-pattern.ts';
import { type CheckedTemplate, readTemplate } from './render/compile.ts';
import type { Area } from './template.ts';

/** A file as it lies in the template's folder; its path is relative to that folder. */
export interface SourceFile {
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

/** A template that was read and found right, before anything is compiled. */
export interface CheckedFiles {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly entries: readonly CheckedEntry[];
  readonly defaults: readonly ComputedDefault[];
}

export interface CheckedEntry {
  readonly area: Area;
  /** Without `.hbs`. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array | CheckedTemplate;
}

/** The two folders of a template, and where what is in them goes. */
export const AREAS: Readonly<Record<string, Area>> = { files: 'service', repository: 'repository' };

/** Files that svckit itself puts into a service. */
const OWN_FOLDERS = ['.svc', 'vendor'];

/** A lock file or a package of binaries is copied; a template of this size is a mistake. */
const LONGEST_TEXT = 1_048_576;

/** What was found in a template's files, right or wrong. */
export interface Inspection extends Omit<ReadManifest, 'manifest'> {
  /** As far as the template can be read: without what there are complaints about. */
  readonly checked?: CheckedFiles;
}

/**
 * Checks a whole template: its manifest, every file that is rendered, every path and every rule.
 * @param name how messages call the template
 * @throws SvcError template/invalid with everything that is wrong, plan/unsafe-path
 */
export function checkFiles(files: readonly SourceFile[], name: string): CheckedFiles {
  refuseUnsafe(files.flatMap((file) => (isPayload(file) ? [pathOf(file)] : [])));
  const { checked, complaints } = inspectFiles(files);
  refuseComplaints(name, complaints);
  if (checked) return checked;
  throw new Error(`the template ${name} can neither be read nor complained about`);
}

/**
 * Tells everything that is wrong with a template, without refusing it.
 * @throws SvcError template/invalid where its manifest is no YAML
 */
export function inspectFiles(files: readonly SourceFile[]): Inspection {
  const text = files.find(({ path }) => path === MANIFEST_FILE)?.content;
  const { manifest, ...read } = readManifest(Buffer.from(text ?? '').toString('utf8'));
  const payload = files.filter(isPayload);
  if (!manifest) return { ...read, complaints: [...read.complaints, ...pathComplaints(payload)] };
  const found = payload.map((file) => readEntry(file, manifest.inputs));
  const entries = found.flatMap(({ entry }) => (entry ? [entry] : []));
  const digest = digestOf(files.filter((file) => file.path === MANIFEST_FILE || isPayload(file)));
  const { defaults, faults } = computedDefaults(manifest);
  const about = [
    ...defaultComplaints(faults, read.lineOf),
    ...ruleComplaints(manifest, payload.map(pathOf), read.lineOf),
    ...pathComplaints(payload),
  ];
  const complaints = [...read.complaints, ...about, ...found.flatMap((one) => one.complaints)];
  return { ...read, checked: { manifest, entries, defaults, digest }, complaints };
}

function defaultComplaints(faults: ReturnType<typeof computedDefaults>['faults'], lineOf: ReadManifest['lineOf']): readonly Complaint[] {
  return faults.map(({ input, message }) => ({ file: MANIFEST_FILE, line: lineOf(['spec', 'svckit', 'defaults', input]), message }));
}

function isPayload({ path }: SourceFile): boolean {
  return Object.hasOwn(AREAS, path.split('/')[0] ?? '');
}

/** Where a file goes, before answers are put into its path. */
function pathOf({ path }: SourceFile): string {
  return path.slice(path.indexOf('/') + 1).replace(/\.hbs$/, '');
}

/** A file of each area may have the same path: a lone service has both in one folder, so they clash all the same. */
function pathComplaints(payload: readonly SourceFile[]): readonly Complaint[] {
  const unsafe = payload.flatMap((file) => {
    const reason = unsafeReason(pathOf(file));
    return reason === undefined ? [] : [{ file: file.path, line: 1, message: `its path is not safe: ${reason}` }];
  });
  const clashing = clashes(payload.map(pathOf)).map((clash) => ({
    file: payload.findLast((file) => pathOf(file) === clash.path)?.path ?? clash.path,
    line: 1,
    message: `it cannot stand beside ${clash.with}: ${clash.reason}`,
  }));
  return [...unsafe, ...clashing];
}

interface ReadEntry {
  readonly path: string;
  readonly entry?: CheckedEntry;
  readonly complaints: readonly Complaint[];
}

function readEntry(file: SourceFile, inputs: readonly Input[]): ReadEntry {
  const [folder = '', ...names] = file.path.split('/');
  const path = pathOf(file);
  const complain = (line: number, message: string) => ({ file: file.path, line, message });
  if (OWN_FOLDERS.includes(names[0] ?? '')) return { path, complaints: [complain(1, `${names[0]}/ is written by svckit itself`)] };
  const found = file.path.endsWith('.hbs') ? readText(file, inputs) : file.content;
  if (Array.isArray(found)) return { path, complaints: found.map(({ line, message }) => complain(line, message)) };
  const content = found as CheckedEntry['content'];
  return { path, entry: { area: AREAS[folder] ?? 'service', path, executable: file.executable, content }, complaints: [] };
}

function readText({ content }: SourceFile, inputs: readonly Input[]): ReturnType<typeof readTemplate> {
  if (content.length > LONGEST_TEXT) return [{ line: 1, message: 'a file that is rendered has at most 1 MiB' }];
  try {
    return readTemplate(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content), inputs);
  } catch (error) {
    if (error instanceof TypeError) return [{ line: 1, message: 'a file that is rendered must be UTF-8' }];
    throw error;
  }
}

/** A pattern that names no file is a slip that nobody would see otherwise. */
function ruleComplaints(manifest: Manifest, paths: readonly string[], lineOf: ReadManifest['lineOf']): readonly Complaint[] {
  return (['include', 'ownership'] as const).flatMap((key) =>
    manifest[key].flatMap((rule, index) =>
      rule.paths
        .filter((pattern) => !paths.some((path) => matches(pattern, path)))
        .map((pattern) => ({
          file: MANIFEST_FILE,
          line: lineOf(['spec', 'svckit', key, index, 'paths', rule.paths.indexOf(pattern)]),
          message: `${key}: no file is named by ${pattern}`,
        })),
    ),
  );
}
