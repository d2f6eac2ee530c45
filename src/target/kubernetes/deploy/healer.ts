import { SvcError } from '../../../errors.ts';
import { titleOf } from '../render/object.ts';
import type { Live } from './inventory.ts';

/** Who puts an object back to what a repository says, whatever anybody else applies. */
export interface Healer {
  readonly tool: 'Argo CD' | 'Flux';
  /** `application shop`, `kustomization flux-system/shop`. */
  readonly by: string;
}

const FLUX_KINDS = { kustomize: 'kustomization', helm: 'helm release' } as const;

/**
 * The GitOps tool that heals a live object; undefined where none does.
 * Argo CD: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 * Flux: https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 */
export function healerOf(live: Live): Healer | undefined {
  return argoOf(live) ?? fluxOf(live, 'kustomize') ?? fluxOf(live, 'helm');
}

function argoOf(live: Live): Healer | undefined {
  const { labels = {}, annotations = {}, managedFields = [] } = live.metadata;
  const application = trackedBy(annotations['argocd.argoproj.io/tracking-id'], live) ?? labels['argocd.argoproj.io/instance'];
  // The default label is a common one that Helm sets, too: it is Argo CD's where Argo CD has written to the object.
  const isArgos = managedFields.some(({ manager = '' }) => manager.startsWith('argocd'));
  const found = application ?? (isArgos ? labels['app.kubernetes.io/instance'] : undefined);
  return found === undefined ? undefined : { tool: 'Argo CD', by: `application ${found}` };
}

/** `application:group/Kind:namespace/name`. On an object that it does not name it is only a copy, and Argo CD does not go by it. */
function trackedBy(id: string | undefined, { kind, metadata: { name } }: Live): string | undefined {
  const [, application, of, at] = /^([^:]+):[^/:]*\/([^:]+):[^/]*\/(.+)$/.exec(id ?? '') ?? [];
  return of === kind && at === name ? application : undefined;
}

function fluxOf({ metadata: { labels = {}, annotations = {} } }: Live, controller: keyof typeof FLUX_KINDS): Healer | undefined {
  const group = `${controller}.toolkit.fluxcd.io`;
  const name = labels[`${group}/name`];
  const setting = (key: string) => (annotations[`${group}/${key}`] ?? labels[`${group}/${key}`] ?? '').toLowerCase();
  if (name === undefined || setting('reconcile') === 'disabled' || /^(ignore|ifnotpresent)$/.test(setting('ssa'))) return undefined;
  return { tool: 'Flux', by: `${FLUX_KINDS[controller]} ${[labels[`${group}/namespace`], name].filter(Boolean).join('/')}` };
}

/** @throws SvcError plan/conflict naming each object that a GitOps tool would put back */
export function refuseHealed(objects: readonly { readonly object: Live; readonly healer: Healer }[]): void {
  const [first] = objects;
  if (!first) return;
  const lines = objects.map(({ object, healer: { tool, by } }) => `  ${titleOf(object)}  ${tool}, ${by}`);
  throw new SvcError(
    'plan/conflict',
    `Nothing was changed: ${first.healer.tool} would undo it. These are put back to what a repository says:\n${lines.join('\n')}`,
    {
      hint: `Change them in that repository: svc render --env … --output FOLDER writes the files. Or take them out of ${first.healer.by} first`,
    },
  );
}
