import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { SvcError } from '../../../errors.ts';
import { replaceFile } from '../../../plan/write-file.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { Calls } from '../../../workload/order.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import type { DeployPlan } from './deploy.ts';
import type { PlannedObject, ServicePlan } from './plan.ts';
import { imagesIn } from './pod-images.ts';

/** The version of the file. */
const API_VERSION = 'svckit.dev/v1';

const kubernetesObject = v.looseObject({ apiVersion: v.string(), kind: v.string(), metadata: v.looseObject({ name: v.string() }) });

const savedChange = v.object({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.exactOptional(v.string()) }),
  change: v.picklist(['create', 'change', 'same', 'remove']),
  fields: v.array(v.object({ path: v.string(), from: v.exactOptional(v.unknown()), to: v.exactOptional(v.unknown()) })),
  against: v.exactOptional(v.object({ uid: v.string(), resourceVersion: v.string() })),
});

const savedService = v.object({
  service: v.string(),
  calls: v.array(v.string()),
  images: v.array(v.string()),
  record: v.exactOptional(v.object({ revision: v.number(), phase: v.string() })),
  objects: v.array(kubernetesObject),
  changes: v.array(savedChange),
});

const savedPlan = v.object({
  apiVersion: v.literal(API_VERSION),
  kind: v.literal('DeployPlan'),
  environment: v.string(),
  context: v.exactOptional(v.string()),
  namespace: v.string(),
  namespaceUid: v.exactOptional(v.string()),
  madeAt: v.string(),
  services: v.array(savedService),
});

/**
 * A plan that was looked at before it is carried out: everything that is applied, and the state of the cluster that it was made
 * against. The checkout that it came from is not needed any more.
 */
export type SavedPlan = v.InferOutput<typeof savedPlan>;
export type SavedService = v.InferOutput<typeof savedService>;
export type SavedChange = v.InferOutput<typeof savedChange>;

export interface PlanOrigin {
  readonly environment: Pick<ClusterEnvironment, 'name' | 'context'>;
  /** Services by name with those that they call. */
  readonly calls: Calls;
}

/**
 * Writes a plan to a file that only its owner may read; what was at the path is replaced.
 * @throws SvcError plan/conflict where it would hold the values of a Secret; file/…
 */
export async function savePlan(
  plan: DeployPlan,
  { file, ...origin }: PlanOrigin & { readonly file: string },
  { fs, cwd, now, token }: Pick<Runtime, 'fs' | 'cwd' | 'now' | 'token'>,
): Promise<string> {
  refuseSecretValues(plan.services);
  const path = isAbsolute(file) ? file : join(cwd, file);
  const content = printed(savedFrom(plan, origin, now()));
  await replaceFile(fs, { path, temporary: join(dirname(path), `.${basename(path)}.${token(8)}`) }, { content, private: true });
  return path;
}

/**
 * The plan in a file.
 * @throws SvcError file/unreadable, input/invalid where it is no plan, broken, changed by hand, or of a newer svc
 */
export async function readSavedPlan(file: string, { fs, cwd }: Pick<Runtime, 'fs' | 'cwd'>): Promise<SavedPlan> {
  const text = await fs.readText(isAbsolute(file) ? file : join(cwd, file));
  if (text === undefined) {
    throw new SvcError('file/unreadable', `There is no file ${file}`, { hint: 'Make a plan: svc deploy --env NAME --save-plan FILE' });
  }
  return parsedPlan(text, file);
}

/** Exported for its test. */
export function parsedPlan(text: string, file: string): SavedPlan {
  const { digest, ...content } = parsedJson(text, file);
  if (content['kind'] !== 'DeployPlan') throw noPlan(file, 'it is no plan of a deploy');
  if (content['apiVersion'] !== API_VERSION) {
    throw noPlan(
      file,
      `it is in version ${String(content['apiVersion'])}, this svc reads ${API_VERSION}`,
      'Carry it out with the svc that made it',
    );
  }
  if (digest !== digestOf(content)) throw noPlan(file, 'it was changed after it was made');
  const { output, success, issues } = v.safeParse(savedPlan, content);
  if (!success) throw noPlan(file, issues[0].message);
  return output;
}

/** The file's text: the plan, and a digest of it that tells a changed or torn file. */
export function printed(plan: SavedPlan): string {
  const content = JSON.parse(JSON.stringify(plan)) as object;
  return `${JSON.stringify({ ...content, digest: digestOf(content) }, undefined, 2)}\n`;
}

/** Exported for its test. */
export function savedFrom(plan: DeployPlan, { environment, calls }: PlanOrigin, now: Date): SavedPlan {
  const { namespace, namespaceUid, services } = plan;
  return {
    apiVersion: API_VERSION,
    kind: 'DeployPlan',
    environment: environment.name,
    ...(environment.context !== undefined && { context: environment.context }),
    namespace,
    ...(namespaceUid !== undefined && { namespaceUid }),
    madeAt: now.toISOString(),
    services: services.map((service) => savedServiceOf(service, calls.get(service.service) ?? [])),
  };
}

function savedServiceOf({ service, groups, objects, record }: ServicePlan, calls: readonly string[]): SavedService {
  const wanted = groups.flat() as SavedService['objects'];
  return {
    service,
    calls: [...calls],
    images: [...imagesIn(groups.flat())],
    ...(record && { record: { revision: record.revision, phase: record.phase } }),
    objects: wanted,
    changes: objects.flatMap(changeOf),
  };
}

/** What one object would see; a plan with conflicts is never made. */
function changeOf({ object: { apiVersion, kind, metadata }, change, fields, against }: PlannedObject): readonly SavedChange[] {
  if (change === 'conflict') return [];
  const { name, namespace } = metadata;
  const named = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
  return [{ ...named, change, fields: fields.map((field) => ({ ...field })), ...(against && { against }) }];
}

function refuseSecretValues(services: readonly ServicePlan[]): void {
  const found = services.flatMap(({ groups }) => groups.flat()).find(hasSecretValues);
  if (!found) return;
  throw new SvcError('plan/conflict', `A plan with ${titleOf(found)} cannot be saved: the file would hold its values`, {
    hint: 'Deploy it without a saved plan, or let External Secrets make the Secret: the plan then holds only where its values are',
  });
}

function hasSecretValues({ kind, data, stringData }: KubernetesObject): boolean {
  return kind === 'Secret' && [data, stringData].some((values) => Object.keys(values ?? {}).length > 0);
}

function parsedJson(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    throw noPlan(file, 'it is not whole, or no JSON');
  }
  throw noPlan(file, 'it is no plan of a deploy');
}

function digestOf(content: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

function noPlan(file: string, why: string, hint = 'Make it anew: svc deploy --env NAME --save-plan FILE'): SvcError {
  return new SvcError('input/invalid', `${file} cannot be carried out: ${why}`, { hint });
}
