import { createHash } from 'node:crypto';
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import { noteOn } from '../migrations/steps.ts';
import { metadataOf } from './metadata.ts';
import { jobPod } from './pod.ts';
import { unrenderable } from './problem.ts';
import type { Scene } from './scene.ts';

/** The service contract's exit code for a wrong configuration: trying again does not mend it. */
const CONFIGURATION_IS_WRONG = 78;
/** A finished Job stays for its logs to be read, in seconds. */
const KEPT_SECONDS = 86_400;
const MIGRATION_SECONDS = 600;
/** As with the pods of a service one failure is forgiven: it may have been the database's. A wrong migration fails the second time too. */
const MIGRATION_RETRIES = 1;

type PodTemplate = IJobSpec['template'];

/** A workload that runs once. Its name follows from what it runs: a Job cannot be changed, and the same one is not run again. */
export function job(scene: Scene): IJob {
  const spec = { backoffLimit: 3, ...jobSpec(jobPod(scene, 'job')) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: metadataOf(scene, uniqueName(scene.service.name, spec)), spec };
}

/**
 * A workload that comes back by its schedule, in UTC; one run at a time.
 * @throws SvcError workload/invalid where there is no schedule
 */
export function cronJob(scene: Scene): ICronJob {
  const { schedule } = scene.workload;
  if (schedule === undefined || !/^(@\w+|\S+( +\S+){4})$/.test(schedule.trim())) {
    throw unrenderable(
      scene.where(['metadata', 'annotations', 'svckit.dev/schedule']),
      schedule === undefined ? 'a workload of kind cron needs a schedule' : `${schedule} is no schedule`,
      "Say when it runs, in cron's five fields: svckit.dev/schedule: '0 3 * * *'",
    );
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf(scene),
    spec: {
      schedule: schedule.trim(),
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { backoffLimit: 3, ...jobSpec(jobPod(scene, 'cron')) } },
    },
  };
}

/** What brings the service's database up to date before a rollout: its own image with another command. Undefined where it has none. */
export function migration(scene: Scene): IJob | undefined {
  const { migrate, containers } = scene.workload;
  const [first] = containers;
  if (!migrate || !first) return undefined;
  const container = { ...first, name: 'migrate', command: migrate, args: undefined, files: [], volumes: [] };
  const images = { ...scene.images, migrate: scene.images[first.name] ?? '' };
  const template = jobPod({ ...scene, images }, 'migration', container);
  const spec = { backoffLimit: MIGRATION_RETRIES, activeDeadlineSeconds: MIGRATION_SECONDS, ...jobSpec(template) };
  const name = uniqueName(`${scene.service.name}-migrate`, spec);
  const metadata = metadataOf(scene, name);
  const annotations = { ...metadata.annotations, ...noteOn(scene.migrations) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec,
  };
}

function jobSpec(template: PodTemplate): Pick<IJobSpec, 'podFailurePolicy' | 'template' | 'ttlSecondsAfterFinished'> {
  return {
    ttlSecondsAfterFinished: KEPT_SECONDS,
    podFailurePolicy: {
      rules: [
        { action: 'FailJob', onExitCodes: { operator: 'In', values: [CONFIGURATION_IS_WRONG] } },
        // A pod that a drained node took away has not failed.
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    },
    template,
  };
}

/** A label holds the name of a Job's pods, so it has 63 characters at most. */
function uniqueName(name: string, spec: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 8);
  return `${name.slice(0, 54).replace(/-+$/, '')}-${digest}`;
}
