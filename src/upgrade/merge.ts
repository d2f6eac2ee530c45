import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { ExecResult, Runtime } from '../runtime/runtime.ts';
import { withoutAgreed } from './agreed.ts';
import { fastImport } from './fast-import.ts';
import { treeIn } from './git-objects.ts';
import type { Conflict, Labels, Merge, Sides } from './three-way.ts';
import type { Tree, TreeFile } from './tree.ts';

type Git = (args: readonly string[], input?: Uint8Array | string) => Promise<ExecResult>;

/** The user's own settings and repository must not reach into the merge. */
const ALONE = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  LC_ALL: 'C',
};

/**
 * A true three-way merge of trees: renames on either side, modes, binaries, changed here and deleted there. What both sides changed
 * is merged by git, in a repository of its own in a temporary folder and with three processes, whatever the number of files.
 * @throws SvcError tool/missing (git 2.38 is the first that can), tool/failed
 */
export async function mergeTrees(sides: Sides, labels: Labels, runtime: Runtime): Promise<Merge> {
  const { tree: agreed, open } = withoutAgreed(sides);
  if (open.base.size + open.ours.size + open.theirs.size === 0) return { tree: agreed, conflicts: [] };
  const merged = await mergeByGit(open, labels, runtime);
  // git gives a file of a conflict a new name where it has to; then it must know which names are taken.
  if ([...merged.tree.keys()].some((path) => agreed.has(path))) return mergeByGit(sides, labels, runtime);
  return { tree: new Map([...agreed, ...merged.tree]), conflicts: merged.conflicts };
}

/** All of a merge by git: the measure for `mergeTrees`. */
export async function mergeByGit(sides: Sides, labels: Labels, runtime: Runtime): Promise<Merge> {
  const folder = await runtime.fs.temporaryFolder('svckit-merge-');
  try {
    await bareRepository(folder, configOf(labels), runtime);
    const git: Git = (args, input = '') => runtime.exec({ command: 'git', args, input, cwd: folder, env: ALONE });
    await succeed(git(['fast-import', '--quiet', '--done'], fastImport(sides, labels)));
    const merged = await succeed(git(['merge-tree', '--write-tree', '-z', '--messages', labels.ours, labels.theirs]), 1);
    const { treeId, conflicts } = parseMergeTree(merged.stdout);
    const objects = await succeed(git(['cat-file', '--batch-all-objects', '--batch']));
    return { tree: withBaseLabel(treeIn(objects.bytes, treeId), conflicts, labels.base), conflicts };
  } finally {
    await runtime.fs.removeTree(folder);
  }
}

/** Nothing here has to outlive the merge, so nothing is flushed, and what comes in one stream stays one file. */
const configOf = ({ style = 'diff3' }: Labels) => `[core]
	repositoryformatversion = 0
	bare = true
	fsync = none
[fastimport]
	unpackLimit = 0
[merge]
	conflictStyle = ${style}
	renames = true
	directoryRenames = false
`;

/** What `git init --bare` would make, as far as git needs it. */
async function bareRepository(folder: string, config: string, { fs }: Runtime): Promise<void> {
  await Promise.all(['objects', 'refs'].map((name) => fs.createFolder(join(folder, name))));
  await Promise.all(
    Object.entries({ HEAD: 'ref: refs/heads/none\n', config }).map(([name, text]) =>
      fs.createFile(join(folder, name), text, { volatile: true }),
    ),
  );
}

async function succeed(running: Promise<ExecResult>, highest = 0): Promise<ExecResult> {
  const result = await running;
  if (result.exitCode <= highest) return result;
  throw new SvcError('tool/failed', `git could not merge: ${result.stderr.trim().split('\n').at(-1) ?? ''}`, {
    hint: 'git 2.38 or later is needed: svc doctor shows what is there',
  });
}

/** `git merge-tree -z`: the tree, a list of conflicted entries, then messages of `<paths> <path>… <kind> <text>`. */
function parseMergeTree(output: string): { readonly treeId: string; readonly conflicts: readonly Conflict[] } {
  const fields = output.split('\0');
  const treeId = fields[0] ?? '';
  const conflicts = new Map<string, Conflict>();
  for (let at = fields.indexOf('', 1) + 1; at > 0 && at < fields.length - 1; ) {
    const count = Number(fields[at]);
    const path = fields[at + 1] ?? '';
    const [kind = '', message = ''] = fields.slice(at + count + 1, at + count + 3);
    // A binary file is told twice: what kind of conflict it is comes first.
    if (kind.startsWith('CONFLICT') && !conflicts.has(path)) conflicts.set(path, { path, kind, message: message.trim() });
    at += count + 3;
  }
  return { treeId, conflicts: [...conflicts.values()] };
}

/** git names the base of a conflict by the id of a commit that nobody else ever sees; a conflict inside of a conflict has longer markers. */
function withBaseLabel(tree: Tree, conflicts: readonly Conflict[], label: string): Tree {
  const marked = new Map(tree);
  for (const { path } of conflicts) {
    const file = tree.get(path);
    if (file) marked.set(path, relabelled(file, label));
  }
  return marked;
}

function relabelled(file: TreeFile, label: string): TreeFile {
  const text = Buffer.from(file.content).toString('latin1');
  return { ...file, content: Buffer.from(text.replace(/^(\|{7,}) [0-9a-f]{7,40}(:.*)?$/gm, `$1 ${label}$2`), 'latin1') };
}
