import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import { copySources } from './copy.ts';
import { commitAll } from './git.ts';
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
  await copySources(join(runtime.paths.templates, 'http-service'), join(cwd, TEMPLATE), runtime.fs);
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
