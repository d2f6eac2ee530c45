import { SvcError } from '../errors.ts';
import type { Stage } from './stage.ts';

/** A fresh machine has no name for git: the demo has one of its own. */
const WHO = ['-c', 'user.name=demo', '-c', 'user.email=demo@example.com', '-c', 'commit.gpgSign=false'];

/** Makes the workspace a repository with everything in it committed. */
export async function beginRepository(stage: Stage): Promise<void> {
  await git(['init', '--quiet'], stage);
  await commitAll(stage, 'Begin with the shop');
}

export async function commitAll(stage: Stage, message: string): Promise<void> {
  await git(['add', '--all'], stage);
  await git([...WHO, 'commit', '--quiet', `--message=${message}`], stage);
}

async function git(args: readonly string[], { runtime, workspace }: Stage): Promise<void> {
  const { exitCode, stderr } = await runtime.exec({ command: 'git', args, cwd: workspace });
  if (exitCode !== 0)
    throw new SvcError('tool/failed', `git ${args.at(-1)}: ${stderr.trim()}`, { hint: `See: git -C ${workspace} status` });
}
