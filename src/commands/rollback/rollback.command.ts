import { agree } from '../../cli/agree.ts';
import type { CommandSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { planText } from '../../output/deploy-plan.ts';
import { plain } from '../../output/style.ts';
import { carryOutDeploy, connect, hasWork, isUp, planDeploy } from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { saveEvidence } from '../../target/kubernetes/deploy/save-evidence.ts';
import { releaseOf } from '../../target/kubernetes/deploy/status.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './rollback.view.ts';

interface Input {
  readonly service: string;
  readonly environment: string;
  readonly revision: number | undefined;
  readonly yes: boolean;
}

export const rollback: CommandSpec<Input, Result> = {
  name: 'rollback',
  summary: 'Put an earlier release of a service back into a cluster, exactly as it was',
  examples: [
    ['svc rollback orders --env staging', 'the release before the last good one'],
    ['svc rollback orders --env staging --to 7 --yes', 'revision 7, as svc status lists them; in a pipeline'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('<service>', 'a service of the workspace')
      .requiredOption('--env <environment>', 'an environment of svc.yaml')
      .option('--to <revision>', 'which release (default: the one before the last good one)')
      .option('-y, --yes', 'ask nothing'),
  parse: ([service = ''], flags) => ({
    service,
    environment: String(flags['env']),
    revision: revisionOf(flags['to']),
    yes: flags['yes'] === true,
  }),
  async run({ service, environment: name, revision, yes }, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    pickServices(workspace, [service]);
    const connection = await connect(await readClusterEnvironment(name, workspace.root, runtime.fs), runtime);
    const release = await releaseOf(service, revision, connection.api);
    const plan = await planDeploy([{ service, objects: release.objects ?? [] }], connection);
    const base = { service, environment: name, release };
    if (!plan.services.some(hasWork)) return { ...base, outcome: undefined, evidence: undefined };
    const question = `${planText(plan, plain)}\n\nPut revision ${release.revision} of ${release.at} back?`;
    await agree({ question, yes, hint: 'See what there is: svc status; then go back with --yes' }, runtime);
    const outcomes = await carryOutDeploy(plan, { calls: new Map(), connection, runtime });
    const evidence = await saveEvidence(name, outcomes, runtime);
    return { ...base, outcome: outcomes[0], evidence: evidence[service] };
  },
  view,
  toJson: ({ service, environment, release, outcome, evidence }) => ({
    service,
    environment,
    revision: release.revision,
    changed: outcome !== undefined,
    ok: outcome === undefined || isUp(outcome),
    reason: outcome && 'outcome' in outcome && outcome.outcome.is === 'failed' ? outcome.outcome.why : undefined,
    evidence,
  }),
  exitCode: ({ outcome }) => (outcome === undefined || isUp(outcome) ? EXIT.ok : EXIT.failed),
};

function revisionOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const revision = Number(given);
  if (Number.isInteger(revision) && revision > 0) return revision;
  throw new SvcError('input/invalid', `--to must be the number of a revision, not ${String(given)}`, {
    hint: 'See them: svc status orders --env staging',
  });
}
