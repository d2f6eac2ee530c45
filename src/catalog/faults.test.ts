import { expect, it } from 'vitest';
import { readCatalog } from './faults.ts';

const good = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: orders
  tags: [typescript, http]
  annotations: { backstage.io/techdocs-ref: 'dir:.' }
  links: [{ url: https://example.com }]
spec:
  type: service
  lifecycle: production
  owner: group:default/team-a
  dependsOn: [component:default/products, resource:db]
`;

it('finds nothing wrong with an entry that Backstage takes, whatever kinds it knows', () => {
  expect(readCatalog(good, 'c.yaml').faults).toEqual([]);
  expect(readCatalog('apiVersion: acme.com/v1\nkind: Robot\nmetadata: { name: r }\nspec: { ownr: x }\n', 'c.yaml').faults).toEqual([]);
});

it.each([
  ['a missing owner', ['  owner: group:default/team-a\n', ''], 'c.yaml:8: spec.owner: is missing'],
  ['a misspelt field', ['dependsOn:', 'dependsOnn:'], 'c.yaml:12: spec.dependsOnn: Backstage does not know it; did you mean dependsOn?'],
  ['a reference without its kind', ['resource:db', 'db'], 'c.yaml:12: spec.dependsOn: "db" needs its kind: component:db'],
  ['a reference to nothing', ['group:default/team-a', 'a b'], 'c.yaml:11: spec.owner: "a b" names no entity'],
  ['a tag in capitals', ['typescript', 'TypeScript'], 'c.yaml:5: metadata.tags.0: expected lower-case letters, digits, : + # and single -'],
  [
    'an annotation that is a number',
    ["'dir:.'", '1'],
    'c.yaml:6: metadata.annotations.backstage.io/techdocs-ref: must be a text: put it in quotes',
  ],
  ['a name with a space', ['name: orders', 'name: my orders'], 'c.yaml:4: metadata.name: expected at most 63 letters, digits, - _ .'],
])('tells %s with its line', (_, [from = '', to = ''], fault) => {
  expect(readCatalog(good.replace(from, to), 'c.yaml').faults).toEqual([fault]);
});

it('tells a file that is empty, broken, too deep or no map, and never throws', () => {
  for (const text of ['', 'a: [', '- x\n', `${'['.repeat(500)}`, `a: ${'x'.repeat(1_100_000)}`]) {
    expect(readCatalog(text, 'c.yaml').faults[0]).toMatch(/^c\.yaml:\d+: /);
  }
});
