import { expect, it } from 'vitest';
import { healerOf, refuseHealed } from './healer.ts';

const live = (metadata: object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders', ...metadata } });
const TRACKED = { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/orders' };
const INSTANCE = { 'app.kubernetes.io/instance': 'shop' };

it.each([
  ['Argo CD by its annotation', { annotations: TRACKED }, 'Argo CD, application shop'],
  ['Argo CD by its own label', { labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'Argo CD, application shop'],
  [
    'Argo CD by the common label, where it wrote the object',
    { labels: INSTANCE, managedFields: [{ manager: 'argocd-controller' }] },
    'Argo CD, application shop',
  ],
  [
    'Flux by its kustomization',
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    'Flux, kustomization flux-system/apps',
  ],
  ['Flux by its helm release', { labels: { 'helm.toolkit.fluxcd.io/name': 'shop' } }, 'Flux, helm release shop'],
])('knows %s', (_, metadata, expected) => {
  const healer = healerOf(live(metadata));
  expect(`${healer?.tool}, ${healer?.by}`).toBe(expected);
});

it.each([
  ['the label that Helm sets as well', { labels: INSTANCE, managedFields: [{ manager: 'helm' }] }],
  [
    'an annotation that was copied from another object',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/products' } },
  ],
  [
    'an object that Flux was told to leave alone',
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' }, annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } },
  ],
])('does not take %s for a sign of one', (_, metadata) => expect(healerOf(live(metadata))).toBeUndefined());

it('names each object and its healer', () => {
  const object = live({ annotations: TRACKED });
  const healer = healerOf(object);
  expect(() => refuseHealed(healer ? [{ object, healer }] : [])).toThrow(
    'Nothing was changed: Argo CD would undo it. These are put back to what a repository says:\n  Deployment orders  Argo CD, application shop',
  );
});
