import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { list } from '../../src/commands/list/list.command.ts';
import type { Listing } from '../../src/commands/list/list.view.ts';
import { Scene } from './upgrade-scene.ts';

let scene: Scene;
const version = (number: string) => ({
  version: number,
  files: {
    'files/ci.yml': `on: push # ${number}\n`,
    'files/score.yaml': 'apiVersion: score.dev/v1b1\nmetadata: { name: orders }\ncontainers: { main: { image: . } }\n',
  },
  svckit: '    ownership:\n      - { paths: [ci.yml], mode: owned }\n',
});
beforeEach(async () => {
  scene = new Scene();
  scene.release(version('1.0.0'));
  await scene.make();
});
afterEach(() => scene.end());

const run = async (flags: Record<string, unknown> = {}) => (await list.run(list.parse([scene.service], flags), scene.runtime)) as Listing;

it('tells a newer template without being asked, and drift only where it was asked for', async () => {
  expect((await run()).rows).toMatchObject([{ behind: false, template: { offered: '1.0.0' } }]);
  scene.release(version('1.1.0'));
  scene.edit('ci.yml', 'mine\n');
  const [row] = (await run()).rows;
  expect(row).toMatchObject({ behind: true, template: { version: '1.0.0', offered: '1.1.0' } });
  expect(row).not.toHaveProperty('drifted');
  expect((await run({ drifted: true })).rows).toMatchObject([{ drifted: ['ci.yml'] }]);
});

it('shows only what is asked for, and says how many others there are', async () => {
  expect(await run({ behind: true })).toMatchObject({ rows: [], hidden: 1 });
  expect(await run({ drifted: true })).toMatchObject({ rows: [], hidden: 1 });
});

it('is silent about a template that is not on this machine, until that is asked for', async () => {
  const lock = scene.read('.svc/lock.yaml').replace('../template', '../gone');
  writeFileSync(join(scene.service, '.svc/lock.yaml'), lock);
  expect((await run()).rows).toMatchObject([{ problems: [] }]);
  expect((await run({ behind: true })).rows).toMatchObject([{ problems: [{ message: expect.stringContaining('gone') }] }]);
});
