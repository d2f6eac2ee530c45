import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Mistake, scratch, spoil } from './files.ts';
import { ENVIRONMENTS, kubernetesWorkspace, rendered } from './kubernetes-workspace.ts';
import { expectPass, expectRefusal, run } from './run.ts';
import { describeWith } from './tools.ts';

const folder = scratch();
const fileOf = (environment: string) => join(folder, `${environment}.yaml`);
const files = ENVIRONMENTS.map(fileOf);
let workspace: string;

beforeAll(async () => {
  workspace = kubernetesWorkspace(folder);
  for (const name of ENVIRONMENTS) writeFileSync(fileOf(name), await rendered(workspace, '--env', name));
});

/** The objects of one environment with a mistake made in them. */
function spoilt(mistake: Mistake): string {
  const file = join(folder, 'spoilt.yaml');
  copyFileSync(fileOf('operator'), file);
  spoil(file, mistake);
  return file;
}

describe('The objects of every option of the template and every kind of workload', () => {
  it('are byte for byte the same the next time', async () => {
    expect(await rendered(workspace, '--env', 'vault')).toBe(readFileSync(fileOf('vault'), 'utf8'));
  });

  it('hold no secret', () => {
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/^kind: Secret$|:\/\/[^$\s{]+:[^$\s{]+@/m);
  });
});

// Where kube-score and svc disagree, docs/kubernetes.md says why.
const DECIDED = ['--ignore-container-cpu-limit', '--ignore-test=deployment-has-host-podantiaffinity,container-image-pull-policy'];

describeWith('The rendered objects', ['kube-score', 'conftest'], (tools) => {
  const score = (...paths: string[]) =>
    run([tools['kube-score'], 'score', '--kubernetes-version=v1.35', '--output-format=ci', '--exit-one-on-warning', ...DECIDED, ...paths]);
  const policy = (...paths: string[]) =>
    run([tools.conftest, 'test', '--no-color', '--policy', fileURLToPath(new URL('policy', import.meta.url)), ...paths]);

  it.each(files)('pass kube-score without a finding: %s', async (file) => {
    expectPass(await score(file));
  });

  it('are refused by kube-score without a disruption budget', async () => {
    expectRefusal(await score(spoilt([/kind: PodDisruptionBudget/g, 'kind: Other'])), /PodDisruptionBudget/);
  });

  it('keep the policy', async () => {
    expectPass(await policy(...files));
  });

  it.each<[string, RegExp, string, RegExp]>([
    ['a secret as plain text', /name: DATABASE_URL_FILE/g, 'name: DATABASE_URL', /is a secret as plain text/],
    ['a writable root', /readOnlyRootFilesystem: true/g, 'readOnlyRootFilesystem: false', /Pod Security/],
    ['an image without a version', /(image: registry.example.com\/shop\/base):.*/g, '$1', /no version/],
    ['an open direction', /^ +- Egress\n/gm, '', /leaves a direction open/],
  ])('break the policy with %s', async (_, text, instead, says) => {
    expectRefusal(await policy(spoilt([text, instead])), says);
  });
});
