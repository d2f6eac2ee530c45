import { join, relative } from 'node:path';
import { counted } from '../../document/counted.ts';
import type { Style } from '../../output/style.ts';
import type { Created, CreatedFile } from '../../template/create/create.ts';
import type { Outcome } from '../../template/create/finish.ts';

/** What a person sees of `svc new`: what was written, what did not work, and how to go on. */
export function view(created: Created, style: Style): string {
  const { name, template, dryRun } = created;
  const head = dryRun
    ? `${style.strong(name)} from ${template.name} ${template.version} would be:`
    : `${style.good('✓')} Made ${style.strong(name)} from ${template.name} ${template.version}`;
  const unfinished = [trouble('npm install', created.install, style), trouble('git', created.repository, style)].filter(Boolean);
  const next = dryRun ? [style.faint('Nothing was written.')] : nextSteps(created, style);
  const files = created.confirmed ? [] : [indent(summary(created))];
  return [head, ...files, ...unfinished, '', ...next].join('\n');
}

/** The files of a plan, folded to one line a folder: what is in subfolders is counted. Paths are as seen from the command's folder. */
export function summary({ cwd, root, folder, files }: Pick<Created, 'cwd' | 'root' | 'folder' | 'files'>): string {
  const own = relative(root, folder).replaceAll('\\', '/');
  const inside = files.filter(({ path }) => own === '' || path.startsWith(`${own}/`));
  const outside = files.filter((file) => !inside.includes(file) && file.kind !== 'unchanged');
  const within = inside.map((file) => ({ ...file, path: own === '' ? file.path : file.path.slice(own.length + 1) }));
  const total = `${seenFrom(cwd, folder)}/  ${counted(within.length, 'file')}, ${size(within)}`;
  return [total, ...folders(within).map((line) => `  ${line}`), ...besides(outside, { cwd, root })].join('\n');
}

function besides(files: readonly CreatedFile[], { cwd, root }: { readonly cwd: string; readonly root: string }): readonly string[] {
  return files.map(({ kind, path }) => `${kind === 'replace' ? 'changed' : 'new'}: ${seenFrom(cwd, join(root, path))}`);
}

/** A path as a person in `cwd` would type it. */
function seenFrom(cwd: string, path: string): string {
  const seen = relative(cwd, path);
  if (seen === '') return '.';
  return seen.startsWith('../../..') ? path : seen;
}

function folders(files: readonly CreatedFile[]): readonly string[] {
  const names = [...new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => path.slice(0, path.indexOf('/'))))].sort();
  const width = Math.max(0, ...names.map((name) => name.length + 1));
  const lines = names.map(
    (name) => `${`${name}/`.padEnd(width)}  ${counted(files.filter(({ path }) => path.startsWith(`${name}/`)).length, 'file')}`,
  );
  return [
    ...lines,
    ...wrapped(
      files
        .map(({ path }) => path)
        .filter((path) => !path.includes('/'))
        .sort(),
    ),
  ];
}

/** Names beside each other, in lines that fit the narrowest usual terminal. */
function wrapped(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= 72) lines[lines.length - 1] = `${last}  ${name}`;
    else lines.push(name);
  }
  return lines;
}

function size(files: readonly CreatedFile[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} kB`;
}

function trouble(what: string, outcome: Outcome, style: Style): string {
  if (outcome.state === 'left') return `${style.warn('!')} ${what}: ${outcome.reason}\n  Then: ${style.accent(outcome.next)}`;
  if (outcome.state !== 'failed') return '';
  const output = outcome.output.map((line) => `    ${style.faint(line)}`);
  return [
    `${style.bad('✗')} ${what}: ${outcome.reason}`,
    ...output,
    `  The files are there. Go on with: ${style.accent(outcome.next)}`,
  ].join('\n');
}

function nextSteps({ cwd, root, folder, files, template, install }: Created, { faint, accent }: Style): readonly string[] {
  const isNpm = install.state !== 'skipped' || install.reason === '--no-install';
  const isRunnable = files.some(({ path }) => join(root, path) === join(folder, 'score.yaml'));
  const steps = [
    ...(folder === cwd ? [] : [`cd ${quoted(seenFrom(cwd, folder))}`]),
    ...(isNpm && install.state !== 'done' ? ['npm install'] : []),
    ...(template.type === 'workspace' ? ['svc new http-service orders'] : []),
    ...(isRunnable ? ['svc up'] : []),
  ];
  if (steps.length === 0) return [];
  return [faint('Go on:'), ...steps.map((step) => `  ${accent(step)}`)];
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
