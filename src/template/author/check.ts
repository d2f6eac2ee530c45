import { join, resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type CheckedFiles, type Inspection, inspectFiles, type SourceFile } from '../files.ts';
import { MANIFEST_FILE } from '../manifest/read.ts';
import { readSourceFiles } from '../sources/folder.ts';
import { error, type Finding, isError, warning } from './finding.ts';
import { type History, type Recording, readHistory, recordOf, writeHistory } from './history.ts';
import { slipsOf } from './slips.ts';

/** What `svc template check` found in a template's folder. */
export interface TemplateCheck {
  /** Absolute path. */
  readonly folder: string;
  /** Absent where the manifest cannot be read. */
  readonly template?: { readonly name: string; readonly version: string; readonly digest: string };
  readonly inputs: number;
  readonly files: number;
  readonly findings: readonly Finding[];
  readonly recording: Recording;
  /** Whether the version was written into `versions.json` now. */
  readonly recorded: boolean;
}

/**
 * Checks a template as `svc new` would, then what only its author cares for: its history, and what it hardly means.
 * @throws SvcError template/not-found where the folder holds none, template/invalid where its manifest is no YAML
 */
export async function checkTemplateFolder(
  { folder: named, recording }: { readonly folder: string; readonly recording: Recording },
  runtime: Runtime,
): Promise<TemplateCheck> {
  const folder = resolve(runtime.cwd, named);
  const { files, history } = await readAuthored(folder, runtime);
  const inspection = inspectFiles(files);
  const { checked } = inspection;
  const wrong = inspection.complaints.map(error);
  if (!checked) return { folder, recording, findings: sorted(wrong), inputs: 0, files: files.length, recorded: false };
  const { findings, versions } = historyFindings({ history, checked, inspection }, recording);
  const all = sorted([...wrong, ...findings, ...slipsOf(files, checked, inspection).map(warning)]);
  const isRecorded = recording !== 'no' && !all.some(isError);
  const recorded = isRecorded && (await writeHistory(folder, { ...history, versions }, runtime));
  const { manifest, digest, entries } = checked;
  const template = { name: manifest.name, version: manifest.version, digest };
  return { folder, recording, template, inputs: manifest.inputs.length, files: entries.length, findings: all, recorded };
}

/**
 * The files of a template that is being written, and what it remembers of its versions.
 * @param folder absolute
 * @throws SvcError template/not-found, template/invalid
 */
export async function readAuthored(folder: string, runtime: Runtime): Promise<{ files: readonly SourceFile[]; history: History }> {
  if ((await runtime.fs.info(join(folder, MANIFEST_FILE))) === undefined) {
    throw new SvcError('template/not-found', `There is no ${MANIFEST_FILE} in ${folder}`, {
      hint: 'Name the folder of a template: svc template check ./my-template',
    });
  }
  return { files: await readSourceFiles(folder, folder, runtime.fs), history: await readHistory(folder, runtime) };
}

interface Judged {
  readonly history: History;
  readonly checked: CheckedFiles;
  readonly inspection: Inspection;
}

/** An author who keeps no history yet is only told of it; one who does is not to forget a version. */
function historyFindings({ history, checked, inspection }: Judged, recording: Recording) {
  const line = inspection.lineOf(['spec', 'svckit', 'version']);
  const { versions, faults } = recordOf(history, checked, recording);
  const severity = history.text === undefined && recording === 'no' ? warning : error;
  return { versions, findings: faults.map((message) => severity({ file: MANIFEST_FILE, line, message })) };
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ severity, file, line }: Finding) => `${severity} ${file === MANIFEST_FILE ? '' : file} ${String(line).padStart(6)}`;
  return findings.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
