import { expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import type { Created } from '../../template/create/create.ts';
import { view } from './new.view.ts';

const created: Created = {
  cwd: '/home/me/shop',
  name: 'orders',
  template: { name: 'http-service', version: '1.2.0', type: 'service' },
  folder: '/home/me/shop/services/orders',
  root: '/home/me/shop',
  files: [
    { path: 'services/orders/score.yaml', kind: 'create', bytes: 100 },
    { path: 'services/orders/src/main.ts', kind: 'create', bytes: 900 },
    { path: 'services/orders/src/items/item.ts', kind: 'create', bytes: 500 },
    { path: 'SECURITY.md', kind: 'unchanged', bytes: 0 },
    { path: '.github/workflows/orders.yml', kind: 'create', bytes: 50 },
    { path: 'catalog-info.yaml', kind: 'replace', bytes: 80 },
  ],
  dryRun: false,
  confirmed: false,
  install: { state: 'done' },
  repository: { state: 'skipped', reason: 'it is part of the repository in /home/me/shop' },
  interrupted: false,
};

it('folds what was written to a line a folder, names what changed outside, and says how to go on', () => {
  expect(view(created, plain)).toBe(`✓ Made orders from http-service 1.2.0
  services/orders/  3 files, 1500 bytes
    src/  2 files
    score.yaml
  new: .github/workflows/orders.yml
  changed: catalog-info.yaml

Go on:
  cd services/orders
  svc up`);
});

it('does not show the files again that the user has just confirmed', () => {
  expect(view({ ...created, confirmed: true }, plain)).toMatch(/^✓ Made orders.*\n\nGo on:/);
});

it('says of a dry run that nothing was written', () => {
  const text = view({ ...created, dryRun: true }, plain);
  expect(text).toContain('orders from http-service 1.2.0 would be:');
  expect(text).toMatch(/Nothing was written\.$/);
});

it('shows the end of a failed install, and how to go on from there', () => {
  const install = {
    state: 'failed',
    reason: 'npm install ended with exit code 1',
    output: ['npm error 404'],
    next: 'cd /x && npm install',
  } as const;
  const text = view({ ...created, install }, plain);
  expect(text).toContain(
    '✗ npm install: npm install ended with exit code 1\n    npm error 404\n  The files are there. Go on with: cd /x && npm install',
  );
  expect(text).toMatch(/cd services\/orders\n {2}npm install\n {2}svc up$/);
});

it('names the install as a step where it was left out, and quotes a folder with spaces', () => {
  const text = view({ ...created, folder: '/home/me/shop/my orders', install: { state: 'skipped', reason: '--no-install' } }, plain);
  expect(text).toMatch(/cd 'my orders'\n {2}npm install$/);
});

it('does not send to svc up who has nothing to run', () => {
  const files = created.files.filter(({ path }) => !path.endsWith('score.yaml'));
  expect(view({ ...created, files }, plain)).toMatch(/Go on:\n {2}cd services\/orders$/);
  expect(view({ ...created, files, cwd: created.folder }, plain)).not.toContain('Go on');
});
