import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SystemEvent } from '../../../src/target/local/protocol.ts';
import { builtProgram } from './program.ts';
import { eventually, get, Sandbox } from './sandbox.ts';
import { serviceFiles, sourceOf } from './services.ts';

let program: Awaited<ReturnType<typeof builtProgram>>;
let at: Sandbox;

beforeAll(async () => {
  program = await builtProgram();
  at = await Sandbox.create({ svc: program.svc });
});
afterAll(async () => {
  await at.remove();
  await program.remove();
});

const manifest = (version: string) => `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: plain }
spec:
  type: service
  parameters: [{ title: Service, required: [name], properties: { name: { type: string } } }]
  steps: [{ id: new, action: 'svckit:new' }]
  svckit: { version: ${version} }
`;

/** The template of a service in plain Node that says these words. */
const template = (version: string, says: string) => {
  const files = Object.entries(serviceFiles({ name: 'orders', says })).map(([path, text]) => [
    path.replace('orders/', 'platform/plain/files/'),
    text,
  ]);
  return { ...Object.fromEntries(files), 'platform/plain/template.yaml': manifest(version) } as Record<string, string>;
};

it('is built and started once when an upgrade changes what runs, and answers all the while', async () => {
  await at.write(template('1.0.0', 'one'));
  expect(await at.svc('new', './platform/plain', 'orders', '--yes', '--no-install', '--no-git')).toMatchObject({ exitCode: 0 });
  const score = 'services/orders/score.yaml';
  const edited = (await readFile(join(at.root, score), 'utf8')).replace('watch: src', 'watch: src # the team’s own words');
  await at.write({ [score]: edited });

  const up = at.start('up', '--json');
  const events = () =>
    up.said.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as SystemEvent);
  await eventually(events, (seen) => seen.some(({ type }) => type === 'settled'));
  const url = await at.urlOf('orders');
  const results = () => events().filter(({ type }) => type === 'result').length;
  const before = results();

  const answers: number[] = [];
  let asking = true;
  const asked = (async () => {
    while (asking) answers.push((await get(url)).status);
  })();
  await at.write(template('1.1.0', 'two'));
  expect(await at.svc('upgrade', 'services/orders', '--yes')).toMatchObject({ exitCode: 0 });
  await eventually(
    async () => (await get(url)).body,
    (body) => body === 'two',
  );
  await eventually(results, (count) => count > before);
  asking = false;
  await asked;

  expect(results() - before).toBe(1);
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(await readFile(join(at.root, score), 'utf8')).toBe(edited);
  expect(await readFile(join(at.root, 'services/orders/src/main.mjs'), 'utf8')).toBe(sourceOf({ name: 'orders', says: 'two' }));
});
