import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Change, PlannedChange } from './change.ts';
import type { ChangeEvent, End, Step } from './change-machine.ts';
import { type Check, runCheck } from './check.ts';
import { isSameTree, writeCommit } from './commit.ts';
import { commitFiles } from './commit-files.ts';
import { waitOf } from './forge/client.ts';
import { git, gitTo } from './git.ts';
import { type LedgerEntry, recall, remember } from './ledger.ts';
import { type PlanOrder, planChange } from './plan-change.ts';
import { branchOf, isFor, messageOf, proposalOf } from './pull-request.ts';
import { type Home, push } from './repositories.ts';

/** What the steps of one change need, and what they have found out. */
export interface Work {
  readonly change: Change;
  readonly home: Home;
  readonly order: WorkOrder;
  plan?: PlannedChange;
  branch?: string;
  commit?: string;
  /** The open pull request that this upgrade belongs to. */
  number?: number;
  /** How the same upgrade of the same files ended in an earlier run. */
  before?: LedgerEntry['state'];
  /** Whether this run brought out what was not there before. */
  isNew: boolean;
}

export interface WorkOrder extends PlanOrder {
  readonly branchPrefix: string;
  readonly check: Check | undefined;
  readonly look: boolean;
}

/** Carries out one step. What fails in a foreseen way is an event like any other. */
export async function perform(step: Step, work: Work, runtime: Runtime): Promise<ChangeEvent> {
  try {
    return await STEPS[step](work, runtime);
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    const { message: reason, hint, code } = error;
    if (code === 'plan/conflict') return { type: 'taken', reason, hint };
    const waitMs = waitOf(error);
    const isPassing = code === 'forge/busy' || code === 'forge/unavailable';
    return { type: 'failed', reason, hint, isPassing, ...(waitMs !== undefined && { waitMs }) };
  }
}

const STEPS: Readonly<Record<Step, (work: Work, runtime: Runtime) => Promise<ChangeEvent>>> = {
  plan: doPlan,
  find: doFind,
  commit: doCommit,
  check: doCheck,
  push: doPush,
  propose: doPropose,
};

async function doPlan(work: Work, runtime: Runtime): Promise<ChangeEvent> {
  const plan = await planChange(work.change, work.order, runtime);
  work.plan = plan;
  work.branch = branchOf(plan, work.order.branchPrefix);
  const behind = plan.upgrades.length > 0;
  const stuck = behind ? undefined : stuckEnd(plan);
  const entry = await recall(work.change, runtime);
  const counts = entry && (!behind || (entry.digest === plan.digest && (entry.state !== 'failed' || entry.base === work.home.commit)));
  if (counts && entry.commit !== undefined) work.commit = entry.commit;
  if (entry && entry.digest === plan.digest && entry.base === work.home.commit) work.before = entry.state;
  const earlier = counts ? endOf(entry) : undefined;
  return { type: 'planned', behind, ...(earlier && { earlier }), ...(stuck && { stuck }) };
}

/** Why nothing of a change can be upgraded: each of its services is told of by itself as well. */
function stuckEnd({ left }: PlannedChange): Extract<End, { state: 'conflict' | 'failed' }> | undefined {
  const failed = left.find(({ state }) => state === 'failed');
  if (failed?.state === 'failed') return { state: 'failed', reason: failed.reason, hint: failed.hint };
  if (!left.some(({ state }) => state === 'conflict')) return undefined;
  return { state: 'conflict', reason: 'both changed the same places', hint: 'Settle them in a checkout: svc upgrade' };
}

function endOf({ state, reason = '', hint = '' }: LedgerEntry): End | undefined {
  if (state === 'committed' || state === 'pushed' || state === 'merged') return { state };
  return state === 'failed' ? { state, reason, hint } : undefined;
}

async function doFind(work: Work, runtime: Runtime): Promise<ChangeEvent> {
  const { plan, branch, forge } = proposing(work);
  // Nothing was proposed for what is up to date, as far as this machine knows: the forge is asked when the user asks.
  const isKnown = plan.upgrades.length > 0 || work.order.look || (await recall(work.change, runtime)) !== undefined;
  const pullRequest = isKnown ? await forge.forge.findPullRequest(forge.repository.path, branch) : undefined;
  if (pullRequest?.state === 'open') work.number = pullRequest.number;
  return { type: 'found', same: pullRequest !== undefined && isFor(pullRequest.body, plan), ...(pullRequest && { pullRequest }) };
}

/** The branch goes on from what svc itself put there; what anybody else put there is left alone. */
async function doCommit(work: Work, runtime: Runtime): Promise<ChangeEvent> {
  const { plan, branch } = planned(work);
  const { files } = work.change;
  const { repository, remote, author, branches } = work.home;
  const tip = branches.get(branch);
  const there = tip === undefined ? undefined : await commitFiles({ repository, commit: tip, root: files.root }, runtime);
  if (there && isSameTree(there, files, plan.writes)) {
    work.commit = there.commit;
    return { type: 'committed', commit: there.commit, isNew: false };
  }
  const isOurs = tip !== undefined && tip === (await recall(work.change, runtime))?.commit;
  if (tip !== undefined && !(isOurs && remote)) return taken(branch, work);
  const isVisible = !remote && !work.order.check;
  const ref = isVisible ? `refs/heads/${branch}` : `refs/svckit/made/${runtime.token(8)}`;
  const onTopOf = tip === undefined ? {} : { onTopOf: tip };
  const commit = await writeCommit({ files, writes: plan.writes, ref, message: messageOf(plan), author, ...onTopOf }, runtime);
  work.commit = commit;
  work.isNew = true;
  if (remote) await remember({ ...entryOf(work), state: 'made' }, runtime);
  if (!isVisible) await gitTo('keep the commit', [repository, ['update-ref', '-d', ref]], runtime);
  return { type: 'committed', commit, isNew: true };
}

function taken(branch: string, { home }: Work): ChangeEvent {
  const at = home.remote ? home.shown : home.repository.folder;
  return {
    type: 'taken',
    reason: `${branch} of ${at} holds commits that svc did not make here`,
    hint: 'Merge that branch or delete it, then run the command again; nothing on it is ever overwritten',
  };
}

async function doCheck(work: Work, runtime: Runtime): Promise<ChangeEvent> {
  const { plan, branch } = planned(work);
  const { check } = work.order;
  if (!check || work.commit === undefined) throw new Error('nothing to check');
  const files = { ...work.change.files, commit: work.commit };
  const services = plan.upgrades.map(({ service }) => service);
  const upgraded = await commitFiles(files, runtime);
  const { passed, reason } = await runCheck({ files: upgraded, services, check }, runtime);
  if (passed && !work.home.remote) await showLocally(work.home, { branch, commit: work.commit }, runtime);
  return { type: 'checked', passed, reason };
}

/** Only where no such branch has come to be in the meantime. */
async function showLocally(
  home: Home,
  { branch, commit }: { readonly branch: string; readonly commit: string },
  runtime: Runtime,
): Promise<void> {
  const none = '0'.repeat(commit.length);
  const { exitCode } = await git(home.repository, ['update-ref', `refs/heads/${branch}`, commit, none], runtime);
  if (exitCode === 0) return;
  throw new SvcError('plan/conflict', `${branch} has come to be while the upgrade was checked`, { hint: 'Run the command again' });
}

async function doPush(work: Work, runtime: Runtime): Promise<ChangeEvent> {
  const { branch } = planned(work);
  const { repository, remote, branches } = work.home;
  if (!remote || work.commit === undefined) throw new Error('nothing to push');
  if (branches.get(branch) === work.commit) return { type: 'pushed' };
  const pushed = await push({ repository, remote }, { commit: work.commit, branch }, runtime);
  if (pushed.result === 'pushed') return { type: 'pushed' };
  if (pushed.result === 'taken') return taken(branch, work);
  return {
    type: 'failed',
    isPassing: false,
    reason: `${work.home.shown} refused ${branch}: ${pushed.reason}`,
    hint: 'Look at the branch protection of the repository, and at what the token may do',
  };
}

async function doPropose(work: Work): Promise<ChangeEvent> {
  const { plan, branch, forge } = proposing(work);
  const { path, defaultBranch = 'main' } = forge.repository;
  const proposal = proposalOf(plan);
  if (work.number !== undefined) {
    const pullRequest = await forge.forge.updatePullRequest(path, work.number, proposal);
    return { type: 'proposed', pullRequest };
  }
  const pullRequest = await forge.forge.openPullRequest(path, { ...proposal, branch, into: defaultBranch });
  work.isNew = true;
  // A forge that has just been told of a branch may not know yet whether it can be merged.
  return { type: 'proposed', pullRequest: { ...pullRequest, mergeable: undefined } };
}

/** What the ledger keeps of a change. */
export function entryOf(work: Work): Omit<LedgerEntry, 'at' | 'state'> {
  const { plan, branch } = planned(work);
  return { id: work.change.id, digest: plan.digest, base: work.home.commit, branch, ...(work.commit && { commit: work.commit }) };
}

function planned({ plan, branch }: Work): { readonly plan: PlannedChange; readonly branch: string } {
  if (!plan || branch === undefined) throw new Error('no plan yet');
  return { plan, branch };
}

function proposing(work: Work) {
  const forge = work.home.remote?.forge;
  if (!forge) throw new Error('no forge');
  return { ...planned(work), forge };
}
