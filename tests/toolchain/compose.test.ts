import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { scratch, spoil } from './files.ts';
import { kubernetesWorkspace, rendered } from './kubernetes-workspace.ts';
import { expectPass, expectRefusal, run } from './run.ts';
import { describeWith } from './tools.ts';

describeWith('The Compose file of every option of the template and every kind of workload', ['check-jsonschema'], (tools) => {
  const folder = scratch();
  const file = join(folder, 'compose.yaml');
  const judged = (path: string) => run([tools['check-jsonschema'], '--builtin-schema', 'vendor.compose-spec', path]);

  beforeAll(async () => {
    const workspace = kubernetesWorkspace(folder);
    writeFileSync(join(workspace, 'services', 'worker', 'Dockerfile'), 'FROM scratch\n');
    // What has no text Compose takes from a file alone.
    spoil(join(workspace, 'services', 'worker', 'score.yaml'), ['binaryContent: AAECAw==', 'content: text']);
    const names = ['import', 'nightly'].flatMap((name) => ['--image', `${name}=registry.example.com/${name}:2.0.0`]);
    writeFileSync(file, await rendered(workspace, '--target', 'compose', ...names));
  });

  it('keeps the schema of the Compose specification', async () => {
    expectPass(await judged(file));
  });

  it('is refused with a key that Compose does not know', async () => {
    const copy = join(folder, 'spoilt.yaml');
    copyFileSync(file, copy);
    spoil(copy, ['read_only: true', 'readonly: true']);
    expectRefusal(await judged(copy), /readonly/);
  });

  it('starts nothing before what it needs, and names only what is there', async () => {
    const { services, volumes, configs } = parse(await rendered(join(folder, 'shop'), 'alone-2', '--target', 'compose'));
    expect(Object.keys(services)).toEqual(['alone-2-db', 'alone-2-migrate', 'alone-2']);
    expect(services['alone-2-migrate'].depends_on).toEqual({ 'alone-2-db': { condition: 'service_healthy' } });
    expect(services['alone-2'].depends_on).toMatchObject({ 'alone-2-migrate': { condition: 'service_completed_successfully' } });
    expect(services['alone-2'].environment).toMatchObject({ PORT: '8080', DATABASE_URL_FILE: '/run/secrets/DATABASE_URL' });
    expect(Object.keys(volumes)).toEqual(['alone-2-db']);
    const [{ source }] = services['alone-2'].configs;
    expect(configs[source].content).toBe('postgres://alone_2_db:${ALONE_2_DB_PASSWORD:?set it in .env}@alone-2-db:5432/alone_2_db');
  });
});
