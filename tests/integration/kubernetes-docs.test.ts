import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKustomization } from '../../src/target/kubernetes/render/patch/kustomization.ts';
import { parseEnvironments } from '../../src/workspace/environment.ts';

const text = readFileSync(new URL('../../docs/kubernetes.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
const starting = (key: RegExp) => blocks.filter((block) => key.test(block));

describe('docs/kubernetes.md', () => {
  it('describes an environment that svc.yaml can hold, with everything that it can say', () => {
    const [block = ''] = starting(/^environments:/);
    const [staging] = parseEnvironments(block.replace('{ … }', '{}'));
    const unsaid = Object.entries(staging ?? {}).filter(([, value]) => value === undefined);
    expect(unsaid).toEqual([]);
  });

  it.each(starting(/^(postgres|redis|kafka|opensearch):/))('shows a way to provide a resource that svc.yaml can hold: %s', (block) => {
    const environment = `environments:\n  staging:\n    target: kubernetes\n    namespace: shop\n    resources:\n${block.replace(/^(?=.)/gm, '      ')}`;
    const [staging] = parseEnvironments(environment);
    expect(Object.keys((staging as { resources?: object }).resources ?? {})).toHaveLength(1);
  });

  it('shows patches that svc can apply', () => {
    const [block = ''] = starting(/^patches:/);
    const { patches } = readKustomization({ shown: 'deploy/staging', files: new Map([['kustomization.yaml', block]]) });
    expect(patches.map(({ kind }) => kind)).toEqual(['merge', 'json']);
  });
});
