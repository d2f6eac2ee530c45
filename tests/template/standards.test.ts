import { readdirSync, readFileSync } from 'node:fs';
import asyncApi from '@asyncapi/specs';
import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { documents, everyService, findIn, type Rendered, text } from './rendered.ts';

const services = everyService();

interface Entity {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Workload {
  readonly containers: Readonly<Record<string, { readonly variables: Readonly<Record<string, string>> }>>;
  readonly resources?: Readonly<Record<string, { readonly type: string }>>;
}

interface Operation {
  readonly operationId?: string;
  readonly responses?: Readonly<Record<string, unknown>>;
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

function schema(path: string): AnySchemaObject {
  return JSON.parse(readFileSync(new URL(`schemas/${path}`, import.meta.url), 'utf8'));
}

test('score.yaml is a Score file by its schema', () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema('score-v1b1.json'));
  const faults = (service: Rendered) =>
    documents(service, 'score.yaml').flatMap((one) => (validate(one) ? [] : JSON.stringify(validate.errors)));
  expect(validate({ apiVersion: 'score.dev/v1b1', metadata: { name: 'x' } })).toBe(false);
  expect(findIn(services, faults)).toEqual([]);
});

test('asyncapi.yaml is an AsyncAPI document by its schema, and has no dangling $ref', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  const validate = ajv.compile(asyncApi.schemasWithoutId['3.0.0'] as AnySchemaObject);
  const withEvents = services.filter(({ files }) => files.has('asyncapi.yaml'));
  const faults = (service: Rendered) => {
    const [contract] = documents(service, 'asyncapi.yaml') as [Contract];
    return [...(validate(contract) ? [] : [JSON.stringify(validate.errors)]), ...danglingIn(service, 'asyncapi.yaml')];
  };
  expect(validate({ asyncapi: '3.0.0', info: { title: 'x' } })).toBe(false);
  expect(withEvents.length).toBeGreaterThan(0);
  expect(findIn(withEvents, faults)).toEqual([]);
});

test('score.yaml gives a URL for everything that the service needs, and asks for nothing else', () => {
  const wrong = (service: Rendered) => {
    const [{ containers, resources = {} }] = documents(service, 'score.yaml') as [Workload];
    const used = Object.values(containers['main']?.variables ?? {}).flatMap(
      (value) => /^\$\{resources\.([a-z0-9-]+)\.url\}$/.exec(value)?.[1] ?? [],
    );
    const { database, events, calls } = service.answers;
    const needed = [...(database === 'postgres' ? ['db'] : []), ...(events === 'publish' ? ['events'] : []), ...(calls as string[])];
    return [used, Object.keys(resources)].filter((names) => `${names}` !== `${needed}`).map((names) => `${names} instead of ${needed}`);
  };
  expect(findIn(services, wrong)).toEqual([]);
});

test('slo.yaml holds objectives by the schema of OpenSLO', () => {
  const parts = readdirSync(new URL('schemas/openslo/parts', import.meta.url));
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const part of parts) ajv.addSchema(schema(`openslo/parts/${part}`), `http://openslo.test/parts/${part}`);
  const validate = ajv.compile({ ...schema('openslo/openslo.schema.json'), $id: 'http://openslo.test/openslo.schema.json' });
  const withObjectives = services.filter(({ files }) => files.has('slo.yaml'));
  const faults = (service: Rendered) =>
    documents(service, 'slo.yaml').flatMap((one) => (validate(one) ? [] : JSON.stringify(validate.errors)));
  expect(validate({ apiVersion: 'openslo/v1', kind: 'SLO', metadata: { name: 'x' }, spec: {} })).toBe(false);
  expect(withObjectives.length).toBeGreaterThan(0);
  expect(findIn(withObjectives, faults)).toEqual([]);
});

test('every reference of the catalog names its kind, and what it names is there', () => {
  const dangling = (service: Rendered) => {
    const entities = documents(service, 'catalog-info.yaml') as Entity[];
    const own = entities.map(({ kind, metadata }) => `${kind.toLowerCase()}:default/${metadata.name}`);
    const peers = (service.answers['calls'] as string[]).flatMap((peer) => [`api:default/${peer}`, `component:default/${peer}`]);
    const known = [...own, ...peers, 'group:default/payments', 'system:default/shop'];
    return entities.flatMap(({ spec }) => referencesOf(spec)).filter((reference) => !known.includes(reference));
  };
  expect(findIn(services, dangling)).toEqual([]);
});

function referencesOf(spec: Entity['spec']): string[] {
  return ['owner', 'system', 'providesApis', 'consumesApis', 'dependsOn']
    .flatMap((key) => (spec[key] ?? []) as string | string[])
    .map(String);
}

test('the catalog says of each service what it needs', () => {
  const wrong = (service: Rendered) => {
    const [{ spec }] = documents(service, 'catalog-info.yaml') as [Entity];
    const { name, database, calls } = service.answers;
    const needed = [
      ...(database === 'postgres' ? [`resource:default/${name}-db`] : []),
      ...(calls as string[]).map((peer) => `component:default/${peer}`),
    ];
    return `${spec['dependsOn'] ?? ''}` === `${needed}` ? [] : [`dependsOn is ${spec['dependsOn']}`];
  };
  expect(findIn(services, wrong)).toEqual([]);
});

test('documentation is announced exactly where there is a site', () => {
  const wrong = (service: Rendered) => {
    const [{ metadata }] = documents(service, 'catalog-info.yaml') as [Entity];
    return 'backstage.io/techdocs-ref' in (metadata.annotations ?? {}) === service.files.has('mkdocs.yml') ? [] : ['techdocs-ref'];
  };
  expect(findIn(services, wrong)).toEqual([]);
});

test('the contract names every operation, says what can go wrong, and has no dangling $ref', () => {
  const faults = (service: Rendered) => {
    const [contract] = documents(service, 'openapi.yaml') as [Contract];
    const operations = Object.values(contract.paths).flatMap((path) => Object.values(path));
    return [
      ...operations
        .filter(({ operationId, responses = {} }) => !operationId || !('default' in responses))
        .map(({ operationId }) => `operation ${operationId}`),
      ...danglingIn(service, 'openapi.yaml'),
    ];
  };
  expect(findIn(services, faults)).toEqual([]);
});

function danglingIn(service: Rendered, path: string): string[] {
  const [contract] = documents(service, path);
  const refs = [...text(service, path).matchAll(/\$ref: '#\/([^']+)'/g)].map(([, ref = '']) => ref.split('/'));
  return refs
    .filter((ref) => ref.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], contract) === undefined)
    .map(String);
}
