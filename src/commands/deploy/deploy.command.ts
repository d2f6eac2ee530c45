import { Option } from 'commander';
import { agree } from '../../cli/agree.ts';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { collect } from '../../cli/flags.ts';
import { EXIT, SvcError } from '../../errors.ts';
import { BUILDER_NAMES, type BuilderName } from '../../image/builder.ts';
import { planText } from '../../output/deploy-plan.ts';
import { plain } from '../../output/style.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { buildFor, imagesBuilt } from '../../target/kubernetes/deploy/build.ts';
import {
  type Connection,
  carryOutDeploy,
  connect,
  type DeployPlan,
  hasWork,
  isUp,
  planDeploy,
} from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import { renewed } from '../../target/kubernetes/deploy/moved.ts';
import { saveEvidence } from '../../target/kubernetes/deploy/save-evidence.ts';
import { readSavedPlan, savePlan } from '../../target/kubernetes/deploy/saved-plan.ts';
import { type Images, imagesOf, refuseUnknownImages } from '../../target/kubernetes/render/images.ts';
import { renderServices } from '../../target/kubernetes/render/render.ts';
import { deployLocally, type LocalDeploy } from '../../target/local/deploy.ts';
import { type Calls, callsOf } from '../../workload/order.ts';
import type { ClusterEnvironment } from '../../workspace/environment.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { type ClusterDeploy, type Result, view } from './deploy.view.ts';

type Input = PlanInput | FileInput;

/** What is deployed is in the checkout. */
interface PlanInput {
  readonly services: readonly string[];
  readonly environment: string;
  readonly images: Images;
  readonly build: boolean;
  /** Undefined: the first one that works. */
  readonly builder: BuilderName | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Write the plan there, and do no more. */
  readonly saveTo: string | undefined;
}

/** What is deployed is in a saved plan. */
interface FileInput {
  readonly file: string;
  /** Has to be that of the plan where it is said. */
  readonly environment: string | undefined;
  readonly dryRun: boolean;
}

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
    ['svc deploy --env staging --save-plan plan.json', 'write down what would change, for somebody to agree to'],
    ['svc deploy --plan plan.json', 'do exactly that, or nothing where the cluster has moved since'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('--env <environment>', 'where to: local, or an environment of svc.yaml')
      .option('--image <service=image>', 'on a cluster: the image of a service, best by its digest; may be given again', collect)
      .option('--build', "on a cluster: build the services' images from their Dockerfiles and push them to the environment's registry")
      .addOption(new Option('--builder <program>', 'with --build: what builds (default: the first that works)').choices(BUILDER_NAMES))
      .option('--dry-run', 'on a cluster: show what would change, and change nothing')
      .option('--save-plan <file>', 'on a cluster: write what would change to a file, and change nothing')
      .option('--plan <file>', 'carry out a saved plan, exactly that or nothing; asks nothing')
      .option('-y, --yes', 'on a cluster: ask nothing'),
  parse: (services, flags) => (flags['plan'] === undefined ? planInput(services, flags) : fileInput(services, flags)),
  async run(input, runtime) {
    if ('file' in input) return deploySavedPlan(input, runtime);
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

function buildOf(flags: Flags): Pick<PlanInput, 'build' | 'builder'> {
  const builder = BUILDER_NAMES.find((name) => name === flags['builder']);
  const build = flags['build'] === true || builder !== undefined;
  if (build && flags['dryRun'] === true) {
    throw new SvcError('input/invalid', 'A dry run changes nothing, and --build pushes to a registry', {
      hint: 'Leave one of them out: without --yes you are asked before the cluster is changed',
    });
  }
  return { build, builder };
}

function planInput(services: readonly string[], flags: Flags): PlanInput {
  const { env, savePlan: saveTo } = flags;
  if (env === undefined) {
    throw new SvcError('input/invalid', 'Where to? --env is missing', { hint: 'svc deploy --env local, or an environment of svc.yaml' });
  }
  return {
    services,
    environment: String(env),
    images: imagesOf(flags['image']),
    ...buildOf(flags),
    dryRun: flags['dryRun'] === true,
    yes: flags['yes'] === true,
    saveTo: saveTo === undefined ? undefined : String(saveTo),
  };
}

function fileInput(services: readonly string[], { plan, env, dryRun, image, savePlan: saveTo }: Flags): FileInput {
  if (services.length > 0 || image !== undefined || saveTo !== undefined) {
    throw new SvcError('input/invalid', '--plan takes no services, no --image and no --save-plan: what is deployed is in the plan', {
      hint: `svc deploy --plan ${String(plan)}`,
    });
  }
  return { file: String(plan), environment: env === undefined ? undefined : String(env), dryRun: dryRun === true };
}

async function deployToCluster(input: PlanInput, workspace: Workspace, runtime: Runtime): Promise<ClusterDeploy> {
  const environment = await readClusterEnvironment(input.environment, workspace.root, runtime.fs);
  const services = pickServices(workspace, input.services);
  refuseUnknownImages(input.images, workspace);
  const reading = { workspace, environment, images: input.images };
  const connection = await connect(environment, runtime);
  const images = input.build ? await buildFor(services, reading, { builder: input.builder, runtime }) : [];
  const rendered = await renderServices(services, { ...reading, images: { ...input.images, ...imagesBuilt(images) } }, runtime.fs);
  const plan = await asked(environment.namespace, () => planDeploy(rendered, connection), runtime);
  const calls = callsOf(services);
  const done = await agreedOn({ environment, plan, calls, connection }, input, runtime);
  return { ...done, images };
}

async function agreedOn(
  { environment, ...ready }: Omit<Ready, 'environment'> & { readonly environment: ClusterEnvironment },
  { saveTo, dryRun, yes }: PlanInput,
  runtime: Runtime,
): Promise<ClusterDeploy> {
  const { plan, calls } = ready;
  const { name } = environment;
  if (saveTo !== undefined)
    return { ...unchanged(name, plan), savedTo: await savePlan(plan, { environment, calls, file: saveTo }, runtime) };
  if (dryRun) return unchanged(name, plan);
  if (!plan.services.some(hasWork)) return { ...unchanged(name, plan), outcomes: [] };
  const hint = 'Look at it with --dry-run, then deploy with --yes';
  const confirmed = await agree({ question: `${planText(plan, plain)}\n\nDeploy this?`, yes, hint }, runtime);
  return { ...(await carriedOut({ environment: name, ...ready }, runtime)), confirmed };
}

/** Whoever saved the plan has agreed to it: nobody is asked again. */
async function deploySavedPlan({ file, environment, dryRun }: FileInput, runtime: Runtime): Promise<ClusterDeploy> {
  const saved = await readSavedPlan(file, runtime);
  if (environment !== undefined && environment !== saved.environment) {
    throw new SvcError('input/invalid', `${file} is a plan for ${saved.environment}, not for ${environment}`, {
      hint: `Carry it out there: svc deploy --plan ${file}; or make one: svc deploy --env ${environment} --save-plan FILE`,
    });
  }
  const connection = await connect({ context: saved.context, namespace: saved.namespace }, runtime);
  const plan = await asked(saved.namespace, () => renewed(saved, connection), runtime);
  if (dryRun) return unchanged(saved.environment, plan);
  const calls = new Map(saved.services.map(({ service, calls: called }) => [service, called]));
  return carriedOut({ environment: saved.environment, plan, calls, connection }, runtime);
}

async function asked(namespace: string, plan: () => Promise<DeployPlan>, { emit }: Runtime): Promise<DeployPlan> {
  emit({ id: 'plan', state: 'start', text: `Asking the cluster what would change in ${namespace}` });
  const found = await plan();
  emit({ id: 'plan', state: 'done', text: `Asked ${found.context} what would change in ${namespace}` });
  return found;
}

function unchanged(environment: string, plan: DeployPlan): ClusterDeploy {
  return { target: 'kubernetes', environment, images: [], plan, evidence: {}, confirmed: false, outcomes: undefined };
}

interface Ready {
  readonly environment: string;
  readonly plan: DeployPlan;
  readonly calls: Calls;
  readonly connection: Connection;
}

async function carriedOut({ environment, plan, calls, connection }: Ready, runtime: Runtime): Promise<ClusterDeploy> {
  if (!plan.services.some(hasWork)) return { ...unchanged(environment, plan), outcomes: [] };
  const outcomes = await carryOutDeploy(plan, { calls, connection, runtime });
  return { ...unchanged(environment, plan), outcomes, evidence: await saveEvidence(environment, outcomes, runtime) };
}

function localJson({ plan, results, notes }: LocalDeploy): object {
  return { environment: 'local', changes: plan.changes, circles: plan.circles, notes, services: results };
}

function clusterJson({ environment, images, plan, outcomes, evidence, savedTo }: ClusterDeploy): object {
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
          noWayBack: each.outcome.is === 'failed' ? each.outcome.noWayBack : undefined,
          durationMs: each.durationMs,
          causes: each.evidence?.causes,
          evidence: evidence[each.service],
        },
  );
  const oneWayMigrations = plan.services.flatMap(({ service, oneWay }) => oneWay.map((step) => ({ service, ...step })));
  const built = images.length > 0 ? { images } : {};
  return { environment, context: plan.context, namespace: plan.namespace, ...built, objects, oneWayMigrations, services, savedTo };
}
