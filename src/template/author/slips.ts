import type { Complaint } from '../complaint.ts';
import type { CheckedFiles, Inspection, SourceFile } from '../files.ts';
import type { Input } from '../input.ts';
import type { Manifest, MoveRule } from '../manifest/manifest.ts';
import { MANIFEST_FILE } from '../manifest/read.ts';
import { nearest } from '../nearest.ts';
import { BLOCKS, HELPERS } from '../render/language.ts';
import { compareVersions } from '../versions.ts';

/** What a template may hold, and its author hardly means: inputs that decide nothing, moves to nowhere, tags that stay as they are. */
export function slipsOf(
  files: readonly SourceFile[],
  checked: CheckedFiles,
  lines: Pick<Inspection, 'lineOf' | 'lineOfInput'>,
): readonly Complaint[] {
  const { manifest, entries } = checked;
  const inManifest = (line: number, message: string) => ({ file: MANIFEST_FILE, line, message });
  return [
    ...(entries.length === 0 ? [inManifest(1, 'there is no file below files/ or repository/: the template makes nothing')] : []),
    ...unusedInputs(checked).map(({ name }) => inManifest(lines.lineOfInput(name), `no file asks for the input "${name}"`)),
    ...moveSlips(checked).map(({ index, message }) => inManifest(lines.lineOf(['spec', 'svckit', 'moves', index]), message)),
    ...files.flatMap((file) => [...nameSlips(file, manifest), ...forgottenSuffix(file, manifest)]),
  ];
}

/** An input counts as used by a file, a path, a condition; `name` is used by svc itself, and a secret cannot be used by a file. */
function unusedInputs({ manifest, entries, defaults }: CheckedFiles): readonly Input[] {
  const used = new Set([
    'name',
    ...entries.flatMap(({ content }) => ('tree' in content ? content.reads : [])),
    ...defaults.flatMap(({ content }) => content.reads),
    ...entries.flatMap(({ path }) => namesIn(path)),
    ...manifest.include.flatMap(({ when }) => Object.keys(when)),
    ...manifest.inputs.flatMap(({ when }) => when?.input ?? []),
  ]);
  return manifest.inputs.filter(({ name, secret }) => !secret && !used.has(name));
}

function moveSlips({ manifest, entries }: CheckedFiles): readonly { readonly index: number; readonly message: string }[] {
  const paths = new Set(entries.map(({ path }) => path));
  return manifest.moves.flatMap((move, index) => {
    const message = moveSlip(move, manifest, paths);
    return message === undefined ? [] : [{ index, message }];
  });
}

/** A file may have moved on, or been removed by a version that came after. */
function moveSlip({ in: since, from, to }: MoveRule, { version, moves }: Manifest, paths: ReadonlySet<string>): string | undefined {
  if (compareVersions(since, version) > 0) return `moves: ${since} is later than this version, ${version}`;
  if (paths.has(from)) return `moves: ${from} is still there, so nothing moves`;
  const movedOn = moves.some((later) => later.from === to && compareVersions(later.in, since) >= 0);
  return paths.has(to) || movedOn || since !== version ? undefined : `moves: there is no file ${to}`;
}

/** npm leaves these out of a package or renames them (docs.npmjs.com, "files" of package.json). */
const LOST_BY_NPM = /(^|\/)(\.gitignore|\.npmrc)$/;

function nameSlips({ path }: SourceFile, { inputs }: Manifest): readonly Complaint[] {
  const names = inputs.filter(({ secret }) => !secret).map(({ name }) => name);
  const misspelt = namesIn(path).flatMap((name) => {
    const meant = names.includes(name) ? undefined : nearest(name, names);
    return meant
      ? [{ file: path, line: 1, message: `__${name}__ in its path is no input and stays as it is; did you mean __${meant}__?` }]
      : [];
  });
  const lost = LOST_BY_NPM.test(path)
    ? [{ file: path, line: 1, message: `npm leaves this file out of packages: name it ${path.split('/').at(-1)}.hbs` }]
    : [];
  return [...misspelt, ...lost];
}

function namesIn(path: string): readonly string[] {
  return [...path.matchAll(/__([a-zA-Z]\w*?)__/g)].flatMap(([, name]) => name ?? []);
}

/** A file that is copied may hold any text, but hardly a tag that this very template would understand. */
function forgottenSuffix({ path, content }: SourceFile, { inputs }: Manifest): readonly Complaint[] {
  if (path === MANIFEST_FILE || path.endsWith('.hbs')) return [];
  const words = [...inputs.map(({ name }) => name), ...Object.keys(HELPERS), ...BLOCKS.map((block) => `#${block}`), 'svc'];
  const tag = new RegExp(`<%~?\\s*(${words.join('|')})[\\s.~%]`);
  const line = Buffer.from(content)
    .toString('utf8')
    .split('\n')
    .findIndex((text) => tag.test(text));
  return line < 0 ? [] : [{ file: path, line: line + 1, message: 'a tag stays as it is here: only files that end in .hbs are rendered' }];
}
