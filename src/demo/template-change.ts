import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import { createFolders } from '../plan/write-file.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import { type Item, type Stage, svc } from './stage.ts';

const TEMPLATE = 'platform/http-service';
const SERVICE = 'services/reviews';
const WORKLOAD = `${SERVICE}/score.yaml`;

/** A change of one side: the first line that matches, and what stands there afterwards. */
interface Edit {
  readonly file: string;
  readonly from: RegExp;
  readonly to: (match: string, ...groups: string[]) => string;
}

const TEAM_EDIT: Edit = { file: WORKLOAD, from: /limits: \{ memory: 256Mi \}/, to: () => 'limits: { memory: 384Mi }' };
const NEW_VERSION: Edit = {
  file: `${TEMPLATE}/template.yaml`,
  from: /^( {4}version: \d+)\.(\d+)\.\d+$/m,
  to: (_, major = '', minor = '') => `${major}.${Number(minor) + 1}.0`,
};
const PLATFORM_EDIT: Edit = {
  file: `${TEMPLATE}/files/score.yaml.hbs`,
  from: /^( +)PORT: '8080'$/m,
  to: (line, indent = '') => `${line}\n${indent}LOG_LEVEL: warn`,
};

/** A template gets a new version while a team has edited its service: the upgrade brings the one and keeps the other. */
export async function* changeTemplate(stage: Stage): AsyncGenerator<Item> {
  const { runtime, workspace: cwd } = stage;
  yield { is: 'note', text: `The platform team’s own template, ${TEMPLATE}, begins as a copy of the one that svc brings along.` };
  await copyFolder(join(runtime.paths.templates, 'http-service'), join(cwd, TEMPLATE), runtime.fs);
  yield* svc(['new', `./${TEMPLATE}`, 'reviews', '--yes', '--no-install'], { runtime, cwd });

  yield {
    is: 'note',
    text: 'The team gives reviews more memory. The platform team wants fewer logs from every service, in a new version of its template.',
  };
  yield* edit(TEAM_EDIT, stage);
  await commitAll(stage, 'Give reviews more memory');
  yield* edit(PLATFORM_EDIT, stage);
  yield* edit(NEW_VERSION, stage);
  yield* svc(['upgrade', SERVICE, '--yes'], { runtime, cwd });
  yield { is: 'note', text: 'Both are in the file:' };
  yield* linesOf(WORKLOAD, /LOG_LEVEL|limits:/, stage);
}

async function* edit({ file, from, to }: Edit, { runtime: { fs }, workspace }: Stage): AsyncGenerator<Item> {
  const path = join(workspace, file);
  const before = (await fs.readText(path)) ?? '';
  const after = before.replace(from, to);
  if (after === before) throw new SvcError('tool/failed', `${file} is not what the demo expects`, { hint: `Look at it: ${path}` });
  await fs.removeFile(path);
  await fs.createFile(path, after);
  yield { is: 'command', line: `$EDITOR ${file}` };
  for (const line of added(before, after)) yield { is: 'output', line: `+ ${line.trim()}` };
}

function added(before: string, after: string): readonly string[] {
  const known = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !known.has(line));
}

async function* linesOf(file: string, pattern: RegExp, { runtime, workspace }: Stage): AsyncGenerator<Item> {
  yield { is: 'command', line: `grep -nE '${pattern.source}' ${file}` };
  const lines = ((await runtime.fs.readText(join(workspace, file))) ?? '').split('\n');
  for (const [index, line] of lines.entries()) if (pattern.test(line)) yield { is: 'output', line: `${index + 1}:${line}` };
}

/** With a name of its own: a fresh machine has none for git. */
async function commitAll({ runtime, workspace }: Stage, message: string): Promise<void> {
  const who = ['-c', 'user.name=demo', '-c', 'user.email=demo@example.com', '-c', 'commit.gpgSign=false'];
  await git(['add', '--all'], { runtime, workspace });
  await git([...who, 'commit', '--quiet', `--message=${message}`], { runtime, workspace });
}

async function git(args: readonly string[], { runtime, workspace }: Stage): Promise<void> {
  const { exitCode, stderr } = await runtime.exec({ command: 'git', args, cwd: workspace });
  if (exitCode !== 0)
    throw new SvcError('tool/failed', `git ${args.at(-1)}: ${stderr.trim()}`, { hint: `See: git -C ${workspace} status` });
}

async function copyFolder(from: string, to: string, fs: Runtime['fs']): Promise<void> {
  await createFolders(fs, to);
  for (const { name, kind } of (await fs.list(from)) ?? []) {
    if (kind === 'folder') await copyFolder(join(from, name), join(to, name), fs);
    else await copyFile(join(from, name), join(to, name), fs);
  }
}

async function copyFile(from: string, to: string, fs: FileSystem): Promise<void> {
  const [info, content] = await Promise.all([fs.info(from), fs.readBytes(from)]);
  if (content) await fs.createFile(to, content, { executable: info?.executable ?? false });
}
