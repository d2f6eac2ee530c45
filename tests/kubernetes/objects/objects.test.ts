import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { scratch } from '../../toolchain/files.ts';
import { ENVIRONMENTS, kubernetesWorkspace, rendered } from '../../toolchain/kubernetes-workspace.ts';
import { expectPass, expectRefusal } from '../../toolchain/run.ts';
import { describeWith } from '../../toolchain/tools.ts';
import { type ApiServer, startApiServer } from './api-server.ts';

interface Spec {
  readonly template?: { readonly metadata: object; readonly spec: { readonly restartPolicy?: string } };
  readonly jobTemplate?: { readonly spec: Spec };
}

/** The pods that controllers would make of these objects: it is pods that Pod Security refuses. */
function podsOf(text: string): string {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string; metadata: { name: string }; spec?: Spec });
  const pods = objects.flatMap(({ kind, metadata, spec }) => {
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    return template
      ? [{ apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, name: `${metadata.name}-${kind.toLowerCase()}` } }]
      : [];
  });
  expect(pods.length).toBeGreaterThan(10);
  return pods.map((pod) => stringify(pod)).join('---\n');
}

const RESTRICTED = 'pod-security.kubernetes.io/enforce=restricted';

describeWith('A real API server with the kinds of the operators', ['kube', 'etcd'], (tools) => {
  const folder = scratch();
  const texts = new Map<string, string>();
  let server: ApiServer;

  beforeAll(async () => {
    const workspace = kubernetesWorkspace(folder);
    for (const name of ENVIRONMENTS) texts.set(name, await rendered(workspace, '--env', name));
    server = await startApiServer(folder, tools.kube);
    expectPass(await server.kubectl(['create', 'namespace', 'shop']));
    expectPass(await server.kubectl(['label', 'namespace', 'shop', RESTRICTED, 'pod-security.kubernetes.io/warn=restricted']));
  });
  afterAll(() => server?.stop());

  const applied = (text: string) => {
    const file = join(folder, 'objects.yaml');
    writeFileSync(file, text);
    return server.kubectl(['apply', '--server-side', '--dry-run=server', '--namespace=shop', '--validate=strict', `--filename=${file}`]);
  };

  it.each(ENVIRONMENTS)('takes every object of %s without a warning', async (name) => {
    const outcome = await applied(texts.get(name) ?? '');
    expectPass(outcome);
    expect(outcome.output).not.toMatch(/^warning/im);
  });

  it.each(ENVIRONMENTS)('admits the pods of %s to a namespace that enforces Pod Security restricted', async (name) => {
    expectPass(await applied(podsOf(texts.get(name) ?? '')));
  });

  it.each<[string, RegExp, string, RegExp]>([
    ['a field that does not exist', /minReadySeconds/g, 'minReadySecond', /spec.minReadySecond: field not declared/],
    [
      'a route without its gateway',
      /^ +- name: public\n +namespace: gateways\n +sectionName: https\n/gm,
      '    - namespace: gateways\n',
      /parentRefs\[0\]\.name/,
    ],
    ['a port that is no port', /containerPort: 8080/g, 'containerPort: 80800', /must be between 1 and 65535/],
  ])('refuses %s', async (_, text, instead, says) => {
    const spoilt = (texts.get('operator') ?? '').replace(text, instead);
    expect(spoilt).not.toBe(texts.get('operator'));
    expectRefusal(await applied(spoilt), says);
  });

  it.each<[string, RegExp, string]>([
    ['privilege escalation', /allowPrivilegeEscalation: false/g, 'allowPrivilegeEscalation: true'],
    ['its capabilities', /drop:\n +- ALL/g, 'drop: []'],
    ['no seccomp profile', / +seccompProfile:\n +type: RuntimeDefault\n/g, ''],
    ['the rights of root', /runAsNonRoot: true/g, 'runAsNonRoot: false'],
  ])('admits no pod with %s', async (_, text, instead) => {
    const pods = podsOf(texts.get('operator') ?? '');
    const spoilt = podsOf((texts.get('operator') ?? '').replace(text, instead));
    expect(spoilt).not.toBe(pods);
    expectRefusal(await applied(spoilt), /violates PodSecurity "restricted/);
  });
});
