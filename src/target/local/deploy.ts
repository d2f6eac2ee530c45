import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { connect } from './client.ts';
import type { Plan, PlannedChange, ServiceResult, ServiceStatus, SystemEvent } from './protocol.ts';

/** What a deploy to this machine did. */
export interface LocalDeploy {
  readonly target: 'local';
  readonly plan: Plan;
  readonly results: readonly ServiceResult[];
  readonly notes: readonly string[];
}

/**
 * Deploys services to this machine; the old version of each serves until the new one is ready.
 * @throws SvcError local/…
 */
export async function deployLocally(services: readonly string[], workspace: Workspace, runtime: Runtime): Promise<LocalDeploy> {
  const system = await connect(runtime, workspace);
  const plan = await system.plan(services);
  runtime.emit({ id: 'plan', state: 'done', text: `Plan: ${plan.changes.map(planned).join(', ')}` });
  const notes: string[] = [];
  const seen = new Map<string, string>();
  for await (const event of system.apply(services)) {
    if (event.type === 'settled') return { target: 'local', plan, results: event.results, notes };
    if (event.type === 'note') notes.push(event.text);
    show(event, seen, runtime);
  }
  throw new SvcError('local/failed', 'The background process ended before the deploy was done', {
    hint: 'Run the command again: it finds what is left',
  });
}

const CHANGES: Readonly<Record<PlannedChange['change'], string>> = {
  new: 'new',
  changed: 'changed',
  same: 'same as deployed',
  start: 'start again',
};

function planned({ service, change, neededBy }: PlannedChange): string {
  return `${service} (${CHANGES[change]}${neededBy === undefined ? '' : `, needed by ${neededBy}`})`;
}

/** Each service is one line of progress that changes its words. */
function show(event: SystemEvent, seen: Map<string, string>, runtime: Runtime): void {
  if (event.type === 'state') for (const status of event.services) progress(status, seen, runtime);
  if (event.type !== 'result') return;
  const { service, ok, reason } = event.result;
  runtime.emit({ id: service, state: ok ? 'done' : 'failed', text: ok ? `${service} serves` : `${service}: ${reason}` });
  seen.set(service, 'settled');
}

function progress({ name, condition }: ServiceStatus, seen: Map<string, string>, runtime: Runtime): void {
  const before = seen.get(name);
  if (before === condition || before === 'settled' || (condition !== 'building' && condition !== 'starting')) return;
  seen.set(name, condition);
  runtime.emit({ id: name, state: before === undefined ? 'start' : 'update', text: `${name}: ${condition}` });
}
