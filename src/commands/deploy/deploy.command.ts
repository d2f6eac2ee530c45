import type { CommandSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { connect, type LocalSystem } from '../../target/local/client.ts';
import type { Plan, PlannedChange, ServiceResult, ServiceStatus, SystemEvent } from '../../target/local/protocol.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { view } from './deploy.view.ts';

interface Input {
  readonly services: readonly string[];
}

export interface Result {
  readonly plan: Plan;
  readonly results: readonly ServiceResult[];
  readonly notes: readonly string[];
}

export const deploy: CommandSpec<Input, Result> = {
  name: 'deploy',
  summary: 'Put services into an environment; the old version serves until the new one is ready',
  examples: [
    ['svc deploy --env local', 'every service of the workspace, on this machine'],
    ['svc deploy orders --env local', 'one service, with what it needs'],
    ['svc deploy orders --env local --json', 'for scripts'],
  ],
  completes: 'service',
  declare: (command) =>
    command.argument('[service...]', 'services (default: all)').requiredOption('--env <environment>', 'where to: local'),
  parse: (services, flags) => {
    if (flags['env'] !== 'local') {
      throw new SvcError('input/invalid', `There is no environment ${flags['env']} to deploy to`, {
        hint: 'Deploy to this machine: svc deploy --env local',
      });
    }
    return { services };
  },
  async run({ services }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, services);
    const system = await connect(runtime, workspace);
    const plan = await system.plan(services);
    runtime.emit({ id: 'plan', state: 'done', text: `Plan: ${plan.changes.map(planned).join(', ')}` });
    return { plan, ...(await carriedOut(system, services, runtime)) };
  },
  view,
  toJson: ({ plan, results, notes }) => ({ environment: 'local', changes: plan.changes, circles: plan.circles, notes, services: results }),
  exitCode: ({ results }) => (results.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed),
};

const CHANGES: Readonly<Record<PlannedChange['change'], string>> = {
  new: 'new',
  changed: 'changed',
  same: 'same as deployed',
  start: 'start again',
};

function planned({ service, change, neededBy }: PlannedChange): string {
  return `${service} (${CHANGES[change]}${neededBy === undefined ? '' : `, needed by ${neededBy}`})`;
}

async function carriedOut(system: LocalSystem, services: readonly string[], runtime: Runtime): Promise<Omit<Result, 'plan'>> {
  const notes: string[] = [];
  const seen = new Map<string, string>();
  for await (const event of system.apply(services)) {
    if (event.type === 'settled') return { results: event.results, notes };
    if (event.type === 'note') notes.push(event.text);
    show(event, seen, runtime);
  }
  throw new SvcError('local/failed', 'The background process ended before the deploy was done', {
    hint: 'Run the command again: it finds what is left',
  });
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
