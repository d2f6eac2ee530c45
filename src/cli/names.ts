import type { Runtime } from '../runtime/runtime.ts';
import { connect } from '../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../target/kubernetes/deploy/environment.ts';
import { readRecord } from '../target/kubernetes/deploy/record.ts';
import { addable } from '../upgrade/add.ts';
import { readEnvironments } from '../workspace/environment.ts';
import { readWorkspace } from '../workspace/read.ts';
import type { NamedKind } from './complete.ts';

/** The names that a shell completes after these words: services and environments of the workspace, bundled templates, what can be added to a service, shells. */
export async function namesOf(kind: NamedKind, before: readonly string[], runtime: Runtime): Promise<readonly string[]> {
  switch (kind) {
    case 'service':
      return (await readWorkspace(runtime.fs, runtime.cwd)).services.map(({ name }) => name);
    case 'environment': {
      const { root } = await readWorkspace(runtime.fs, runtime.cwd);
      return ['local', ...(await readEnvironments(runtime.fs, root)).map(({ name }) => name)];
    }
    case 'template':
      return ((await runtime.fs.list(runtime.paths.templates)) ?? []).filter((entry) => entry.kind === 'folder').map(({ name }) => name);
    case 'capability':
      return (await addable('.', runtime)).capabilities.map(({ name }) => name);
    case 'revision':
      return revisions(before, runtime).catch(() => []);
    case 'shell':
      return ['bash', 'zsh', 'fish'];
  }
}

/** Where the service or its environment is not typed yet, or the cluster does not answer, there is nothing to offer. */
async function revisions(before: readonly string[], runtime: Runtime): Promise<readonly string[]> {
  const { root, services } = await readWorkspace(runtime.fs, runtime.cwd);
  const service = services.find(({ name }) => before.includes(name));
  const environment = before[before.indexOf('--env') + 1];
  if (!service || !before.includes('--env') || environment === undefined) return [];
  const { api } = await connect(await readClusterEnvironment(environment, root, runtime.fs), runtime);
  const record = await readRecord(service.name, api);
  return (record?.releases ?? []).filter(({ objects }) => objects !== undefined).map(({ revision }) => String(revision));
}
