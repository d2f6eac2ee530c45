import { describe, expect, it } from 'vitest';
import type { Evidence, Reader } from '../evidence.ts';
import { catalogReader } from './catalog.ts';
import { codeownersReader } from './codeowners.ts';
import { dockerfileReader } from './dockerfile.ts';
import { driverReader } from './drivers.ts';
import { packageReader } from './package-json.ts';
import { pipelineEvidence } from './pipeline.ts';
import { scoreReader } from './score.ts';

const catalog = `apiVersion: backstage.io/v1alpha1
kind: API
metadata: { name: orders-v1 }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: orders
  description: |
    Takes
    orders.
spec:
  owner: group:default/team-shop
  system: shop
  dependsOn: [component:default/products, resource:orders-db]
`;
const score =
  'apiVersion: score.dev/v1b1\nmetadata: { name: orders }\ncontainers: { main: { image: . } }\nresources: { db: { type: postgres }, products: { type: service } }\n';

const answers = (found: readonly Evidence[]) => Object.fromEntries(found.map(({ input, value }) => [input, value]));

describe('what a file says of its service', () => {
  it.each<[string, Reader, string, Record<string, unknown>]>([
    [
      'catalog-info.yaml',
      catalogReader,
      catalog,
      { name: 'orders', description: 'Takes orders.', owner: 'team-shop', system: 'shop', calls: ['products'] },
    ],
    ['catalog-info.yaml without a component', catalogReader, 'kind: API\nmetadata: { name: x }\n', {}],
    ['score.yaml', scoreReader, score, { name: 'orders', database: 'postgres', calls: ['products'] }],
    [
      'package.json',
      packageReader,
      '{ "name": "@acme/orders", "description": "Orders", "dependencies": { "pg": "8" } }',
      { name: 'orders', description: 'Orders', database: 'postgres' },
    ],
    ['package.json without a word', packageReader, '{ "dependencies": { "pgadmin": "1" }, "name": 4 }', {}],
    ['Dockerfile', dockerfileReader, 'FROM a\nEXPOSE 1\nFROM b\nEXPOSE 3000/tcp\n', { port: '3000' }],
    [
      'CODEOWNERS',
      codeownersReader,
      '# x\n* @all\n/docs @writers\n* @acme/Team-Shop @bob # us\n',
      { codeowners: '@acme/Team-Shop @bob', owner: 'team-shop' },
    ],
    ['go.mod', driverReader, 'module x\n// github.com/lib/pq\nrequire github.com/jackc/pgx/v5 v5.0.0\n', { database: 'postgres' }],
    ['requirements.txt', driverReader, 'flask\npsycopg2-binary==2\n', { database: 'postgres' }],
    ['pom.xml', driverReader, '<groupId>com.mysql</groupId>', {}],
  ])('%s', (_, reader, text, expected) => expect(answers(reader.read(text, 'file'))).toEqual(expected));

  it('comes with the line that says it', () => {
    expect(catalogReader.read(catalog, 'catalog-info.yaml').find(({ input }) => input === 'owner')?.source).toBe('catalog-info.yaml:13');
    expect(driverReader.read('a\nasyncpg\n', 'requirements.txt')[0]?.source).toBe('requirements.txt:2');
  });

  it('is refused where the file is broken, with its name', () => {
    expect(() => packageReader.read('{', 'package.json')).toThrow('package.json is no JSON object');
    expect(() => catalogReader.read('a: [', 'catalog-info.yaml')).toThrow('catalog-info.yaml');
  });

  it.each([
    [['.github/workflows/a.yml', 'README.md'], 'github'],
    [['.gitlab-ci.yml'], 'gitlab'],
    [['Jenkinsfile'], 'none'],
    [['README.md', '.github/workflows/README.md'], undefined],
  ])('is its pipeline, by the files of the repository: %j', (paths, ci) => {
    expect(pipelineEvidence(paths)[0]?.value).toBe(ci);
  });
});
