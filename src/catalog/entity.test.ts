import { expect, it } from 'vitest';
import { nameOf, parseEntities } from './entity.ts';

it('reads every document of a catalog file', () => {
  const text =
    'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: orders }\nspec: { owner: team-a, type: service }\n---\n';
  expect(parseEntities(text, 'catalog-info.yaml')).toEqual([
    { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'orders' }, spec: { owner: 'team-a', type: 'service' } },
  ]);
});

it('says where an entity breaks the rules of Backstage', () => {
  const text = 'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: -orders\n';
  expect(() => parseEntities(text, 'orders/catalog-info.yaml')).toThrow('orders/catalog-info.yaml:4: metadata.name: expected at most 63');
});

it.each([
  ['group:default/team-a', 'team-a'],
  ['default/team-a', 'team-a'],
  ['group:team-a', 'team-a'],
  ['team-a', 'team-a'],
])('finds the name in %s', (reference, name) => {
  expect(nameOf(reference)).toBe(name);
});
