import { SvcError } from '../errors.ts';
import type { Workload } from '../workload/workload.ts';
import type { Service } from '../workspace/workspace.ts';
import { build } from './build.ts';
import { declaredVariables, localVariables, type Provided, type Variables } from './environment.ts';
import type { Release } from './instance.ts';
import { copyRelease } from './release-copy.ts';

/** A service that can be run: its Score file was read and says how. */
export interface Runnable {
  readonly service: Service;
  readonly workload: Workload;
  readonly run: readonly string[];
}

export interface Preparation {
  readonly runnable: Runnable;
  /** The person's own environment, under what svckit adds. */
  readonly env: Variables;
  readonly inspect: boolean;
  /** A name for the copy that a deploy runs from; without one the service runs in its folder. */
  readonly copyAs: string | undefined;
  /** Makes what the service needs of the workspace's database server. */
  readonly databases: () => Promise<Pick<Provided, 'database' | 'events'>>;
  /** Addresses of all services, by name. */
  readonly services: ReadonlyMap<string, string>;
  readonly traces: string;
  /** Resolves when everything that has to start before is there, or failed. */
  readonly turn: () => Promise<unknown>;
  readonly log: (line: string) => string;
}

/**
 * What can be run of a service.
 * @throws SvcError workload/invalid with file, line and reason
 */
export function runnable(service: Service): Runnable {
  const { workload, problems, name } = service;
  if (workload?.run) return { service, workload, run: workload.run };
  const problem = problems.find(({ where }) => where.includes('score')) ?? problems[0];
  if (problem) throw new SvcError('workload/invalid', `${problem.where}: ${problem.message}`, { hint: problem.hint });
  const missing = workload ? 'does not say how it is run' : 'has no score.yaml';
  throw new SvcError('workload/invalid', `${name} ${missing}`, {
    hint: `Add the annotation svckit.dev/run to ${service.folder}/score.yaml, for example: node dist/main.js`,
  });
}

/**
 * Builds a service and puts together what is needed to start it. The build, the database and the wait for others go on at once.
 * @throws BuildFailure, SvcError
 */
export async function prepare(preparation: Preparation, cancelled: AbortSignal): Promise<Release> {
  const {
    runnable: { service, workload, run },
    env,
    log,
    copyAs,
  } = preparation;
  const [databases] = await Promise.all([
    preparation.databases(),
    workload.build && build({ folder: service.folder, command: workload.build, env, cancelled, log }),
    preparation.turn(),
  ]);
  const copy = copyAs === undefined ? undefined : await copyRelease(service.folder, copyAs);
  const variables = declaredVariables(workload, { ...databases, services: preparation.services, env });
  const placement = { service: service.name, version: service.version ?? '0.0.0', port: 0, traces: preparation.traces };
  return {
    folder: copy ?? service.folder,
    run,
    env: { ...env, ...variables, ...localVariables(placement) },
    readiness: workload.containers[0]?.readinessProbe?.httpGet?.path ?? '/health/ready',
    inspect: preparation.inspect,
  };
}
