import { resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Change } from '../../plan/plan.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { carryOut } from '../../state/carry-out.ts';
import { checkFiles } from '../files.ts';
import { readAuthored } from './check.ts';
import { describeTemplate } from './describe.ts';

/** What `svc template docs` made. */
export interface TemplateDocs {
  readonly template: { readonly name: string; readonly version: string };
  readonly markdown: string;
  /** The file that holds it now, from the template's folder; absent where it is only shown. */
  readonly file?: string;
  readonly changed: boolean;
}

const BEGIN = '<!-- svc template docs: written by svc, between this line and the last -->';
const END = '<!-- end of svc template docs -->';

/**
 * Describes a template in Markdown, and where a file is named, puts it there between two markers: what stands around them stays.
 * @throws SvcError template/not-found, template/invalid; plan/conflict where only one of the markers is there
 */
export async function documentTemplate(
  { folder: named, write }: { readonly folder: string; readonly write: string | undefined },
  runtime: Runtime,
): Promise<TemplateDocs> {
  const folder = resolve(runtime.cwd, named);
  const { files, history } = await readAuthored(folder, runtime);
  const checked = checkFiles(files, named);
  const markdown = `${describeTemplate(checked, history.versions)}\n`;
  const { name, version } = checked.manifest;
  const docs = { template: { name, version }, markdown, changed: false };
  if (write === undefined) return docs;
  const before = await runtime.fs.readText(resolve(folder, write));
  const content = withDocs(before, markdown, write);
  if (content === before) return { ...docs, file: write };
  const change: Change =
    before === undefined ? { kind: 'create', path: write, content } : { kind: 'replace', path: write, content, expected: before };
  await carryOut({ root: folder, changes: [change] }, runtime);
  return { ...docs, file: write, changed: true };
}

/** A file without markers gets them at its end. */
function withDocs(text: string | undefined, markdown: string, file: string): string {
  const block = `${BEGIN}\n\n${markdown}\n${END}`;
  if (text === undefined) return `${block}\n`;
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 && to < 0) return `${text.replace(/\n*$/, '')}\n\n${block}\n`;
  if (from >= 0 && to > from) return `${text.slice(0, from)}${block}${text.slice(to + END.length)}`;
  throw new SvcError('plan/conflict', `The markers in ${file} are broken: one of them is missing, or they are in the wrong order`, {
    hint: `Remove the one that is left in ${file}, and what was between them, then run the command again`,
  });
}
