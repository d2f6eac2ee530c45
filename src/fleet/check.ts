import { join } from 'node:path';
import * as v from 'valibot';
import { parseOneYaml } from '../document/yaml.ts';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { FleetService } from './change.ts';
import type { CommitFiles } from './commit-files.ts';
import { gitTo } from './git.ts';

/** What is run in each service before its upgrade is shown to anybody: a command of the user's, or the service's own. */
export type Check = { readonly command: string } | 'own';

export interface CheckResult {
  readonly passed: boolean;
  /** Which service, how it ended, and the last lines of what it printed. */
  readonly reason: string;
}

const LONGEST_MS = 15 * 60_000;
const LAST_LINES = 5;

/** What svc itself is trusted with is not for the code of a repository. */
const SECRETS = ['GITHUB_TOKEN', 'GH_TOKEN', 'GITLAB_TOKEN', 'GITEA_TOKEN', 'SVC_GITHUB_APP_ID', 'SVC_GITHUB_APP_KEY_FILE'];

/**
 * Checks out a commit in a folder of its own and runs the check of each service there. Runs code of the repository: only where the
 * user said so.
 * @throws SvcError input/invalid where a service has no check of its own, tool/failed
 */
export async function runCheck(
  { files, services, check }: { readonly files: CommitFiles; readonly services: readonly FleetService[]; readonly check: Check },
  runtime: Runtime,
): Promise<CheckResult> {
  const folder = await runtime.fs.temporaryFolder('svckit-check-');
  try {
    const tree = join(folder, 'tree');
    await runtime.fs.createFolder(tree);
    // An index of its own: that of the user's working tree stays as it is.
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    await gitTo('check out the upgrade', [files.repository, [`--work-tree=${tree}`, 'checkout', files.commit, '--', '.']], runtime, {
      env,
    });
    for (const service of services) {
      const result = await checkOne(service, { tree, command: await commandOf(service, files, check) }, runtime);
      if (!result.passed) return result;
    }
    return { passed: true, reason: '' };
  } finally {
    await runtime.fs.removeTree(folder);
  }
}

async function checkOne(
  { name, prefix }: FleetService,
  { tree, command }: { readonly tree: string; readonly command: string },
  runtime: Runtime,
): Promise<CheckResult> {
  const shell = runtime.platform.startsWith('windows') ? ['cmd', '/d', '/s', '/c'] : ['sh', '-c'];
  const lines: string[] = [];
  const { exitCode } = await runtime.exec({
    command: shell[0] ?? 'sh',
    args: [...shell.slice(1), command],
    cwd: join(tree, prefix),
    env: { CI: 'true', ...Object.fromEntries(SECRETS.map((secret) => [secret, undefined])) },
    timeoutMs: LONGEST_MS,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    },
  });
  const said = lines.filter((line) => line.trim() !== '').join('\n');
  return {
    passed: exitCode === 0,
    reason: `the check of ${name} (${command}) ended with exit code ${exitCode}${said === '' ? '' : `:\n${said}`}`,
  };
}

/** `svckit.dev/check` in `score.yaml`, else the script `check` or `test` of `package.json`, after an install. */
async function commandOf({ name, prefix }: FleetService, files: CommitFiles, check: Check): Promise<string> {
  if (check !== 'own') return check.command;
  const at = (file: string) => (prefix === '' ? file : `${prefix}/${file}`);
  const [workload, manifest] = [at('score.yaml'), at('package.json')];
  const found = await files.read([workload, manifest]);
  const text = (path: string) => Buffer.from(found.get(path)?.content ?? []).toString('utf8');
  const annotated = found.has(workload) ? annotationIn(text(workload)) : undefined;
  if (annotated !== undefined) return annotated;
  const script = found.has(manifest) ? scriptIn(text(manifest)) : undefined;
  if (script !== undefined) return `npm ci && npm run ${script}`;
  throw new SvcError('input/invalid', `${name} has no check of its own: no svckit.dev/check in score.yaml, no script check or test`, {
    hint: 'Give the command: --check-command "make test"',
  });
}

const score = v.object({ metadata: v.object({ annotations: v.object({ 'svckit.dev/check': v.string() }) }) });

function annotationIn(text: string): string | undefined {
  const parsed = v.safeParse(score, parseOneYaml({ text, file: 'score.yaml', code: 'workload/invalid' }).value);
  return parsed.success ? parsed.output.metadata.annotations['svckit.dev/check'] : undefined;
}

function scriptIn(manifest: string): string | undefined {
  try {
    const { scripts } = JSON.parse(manifest) as { readonly scripts?: Readonly<Record<string, unknown>> };
    return ['check', 'test'].find((name) => typeof scripts?.[name] === 'string');
  } catch {
    return undefined;
  }
}
