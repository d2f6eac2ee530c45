import { Option } from 'commander';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { collect } from '../../cli/flags.ts';
import { EXIT, SvcError } from '../../errors.ts';
import type { BuiltImage } from '../../image/build-images.ts';
import { BUILDER_NAMES, type BuilderName } from '../../image/builder.ts';
import { plain } from '../../output/style.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { buildFor, imagesBuilt } from '../../target/kubernetes/deploy/build.ts';
import {
  carryOutDeploy,
  connect,
  type DeployPlan,
  hasWork,
  isUp,
  planDeploy,
  type ServiceOutcome,
} from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { saveEvidence } from '../../target/kubernetes/deploy/save-evidence.ts';
import { type Images, imagesOf, refuseUnknownImages } from '../../target/kubernetes/render/images.ts';
import { renderServices } from '../../target/kubernetes/render/render.ts';
import { deployLocally, type LocalDeploy } from '../../target/local/deploy.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { planText, view } from './deploy.view.ts';

interface Input {
  readonly services: readonly string[];
  readonly environment: string;
  readonly images: Images;
  readonly build: boolean;
  /** Undefined: the first one that works. */
  readonly builder: BuilderName | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export interface ClusterDeploy {
  readonly target: 'kubernetes';
  readonly environment: string;
  /** Of `--build`. */
  readonly images: readonly BuiltImage[];
  readonly plan: DeployPlan;
  /** Undefined where the plan was only shown. */
  readonly outcomes: readonly ServiceOutcome[] | undefined;
  /** Where what the cluster showed of each failure was kept, by service. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Whether the plan was shown before. */
  readonly confirmed: boolean;
}

export type Result = LocalDeploy | ClusterDeploy;

export const deploy: CommandSpec<Input, Result> = {
  name: 'deploy',
  summary: 'Put services into an environment; the old version serves until the new one is ready',
  examples: [
    ['svc deploy --env local', 'every service of the workspace, on this machine'],
    ['svc deploy orders --env local', 'one service, with what it needs'],
    ['svc deploy --env staging', 'to a cluster of svc.yaml: shows what would change, asks, waits, goes back where it fails'],
    ['svc deploy --env staging --dry-run', 'only show what would change'],
    ['svc deploy --env staging --build', 'from this very code: builds the images, pushes them, deploys them by their digests'],
    ['svc deploy orders --env staging --image orders=registry.example.com/orders@sha256:… --yes', 'in a pipeline'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .requiredOption('--env <environment>', 'where to: local, or an environment of svc.yaml')
      .option('--image <service=image>', 'on a cluster: the image of a service, best by its digest; may be given again', collect)
      .option('--build', "on a cluster: build the services' images from their Dockerfiles and push them to the environment's registry")
      .addOption(new Option('--builder <program>', 'with --build: what builds (default: the first that works)').choices(BUILDER_NAMES))
      .option('--dry-run', 'on a cluster: show what would change, and change nothing')
      .option('-y, --yes', 'on a cluster: ask nothing'),
  parse: (services, flags) => ({
    services,
    environment: String(flags['env']),
    images: imagesOf(flags['image']),
    ...buildOf(flags),
    dryRun: flags['dryRun'] === true,
    yes: flags['yes'] === true,
  }),
  async run(input, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    if (input.environment !== 'local') return deployToCluster(input, workspace, runtime);
    pickServices(workspace, input.services);
    return deployLocally(input.services, workspace, runtime);
  },
  view,
  toJson: (result) => (result.target === 'local' ? localJson(result) : clusterJson(result)),
  exitCode: (result) => {
    const ok = result.target === 'local' ? result.results.every((each) => each.ok) : (result.outcomes ?? []).every(isUp);
    return ok ? EXIT.ok : EXIT.failed;
  },
};

function buildOf(flags: Flags): Pick<Input, 'build' | 'builder'> {
  const builder = BUILDER_NAMES.find((name) => name === flags['builder']);
  const build = flags['build'] === true || builder !== undefined;
  if (build && flags['dryRun'] === true) {
    throw new SvcError('input/invalid', 'A dry run changes nothing, and --build pushes to a registry', {
      hint: 'Leave one of them out: without --yes you are asked before the cluster is changed',
    });
  }
  return { build, builder };
}

async function deployToCluster(input: Input, workspace: Workspace, runtime: Runtime): Promise<ClusterDeploy> {
  const environment = await readClusterEnvironment(input.environment, workspace.root, runtime.fs);
  const services = pickServices(workspace, input.services);
  refuseUnknownImages(input.images, workspace);
  const reading = { workspace, environment, images: input.images };
  const connection = await connect(environment, runtime);
  const built = input.build ? await buildFor(services, reading, { builder: input.builder, runtime }) : [];
  const rendered = await renderServices(services, { ...reading, images: { ...input.images, ...imagesBuilt(built) } }, runtime.fs);
  runtime.emit({ id: 'plan', state: 'start', text: `Asking the cluster what would change in ${environment.namespace}` });
  const plan = await planDeploy(rendered, connection);
  runtime.emit({ id: 'plan', state: 'done', text: `Asked ${connection.context} what would change in ${environment.namespace}` });
  const base = { target: 'kubernetes', environment: environment.name, images: built, plan, evidence: {}, confirmed: false } as const;
  if (input.dryRun) return { ...base, outcomes: undefined };
  if (!plan.services.some(hasWork)) return { ...base, outcomes: [] };
  const confirmed = await confirm(plan, input.yes, runtime);
  const outcomes = await carryOutDeploy(plan, { services, connection, runtime });
  return { ...base, outcomes, confirmed, evidence: await saveEvidence(environment.name, outcomes, runtime) };
}

/** True where the plan was shown and agreed to. */
async function confirm(plan: DeployPlan, yes: boolean, { terminal, ask }: Runtime): Promise<boolean> {
  if (yes) return false;
  if (!terminal.interactive) {
    throw new SvcError('input/not-interactive', 'Nobody is there to agree to what would change', {
      hint: 'Look at it with --dry-run, then deploy with --yes',
    });
  }
  if (await ask.confirm({ message: `${planText(plan, plain)}\n\nDeploy this?`, default: true })) return true;
  throw new SvcError('input/cancelled', 'Nothing was changed', { hint: 'Run the command again when you are ready' });
}

function localJson({ plan, results, notes }: LocalDeploy): object {
  return { environment: 'local', changes: plan.changes, circles: plan.circles, notes, services: results };
}

function clusterJson({ environment, images, plan, outcomes, evidence }: ClusterDeploy): object {
  const objects = plan.services.flatMap(({ service, objects: planned }) =>
    planned.map(({ object: { apiVersion, kind, metadata }, change, fields }) => ({
      service,
      apiVersion,
      kind,
      name: metadata.name,
      change,
      fields,
    })),
  );
  const services = outcomes?.map((each) =>
    'skippedFor' in each
      ? { service: each.service, outcome: 'skipped', reason: `${each.skippedFor} did not come up` }
      : {
          service: each.service,
          outcome: each.outcome.is === 'deployed' ? 'deployed' : each.outcome.restored ? 'restored' : 'failed',
          reason: each.outcome.is === 'failed' ? each.outcome.why : each.outcome.note,
          durationMs: each.durationMs,
          causes: each.evidence?.causes,
          evidence: evidence[each.service],
        },
  );
  const built = images.length > 0 ? { images } : {};
  return { environment, context: plan.context, namespace: plan.namespace, ...built, objects, services };
}
