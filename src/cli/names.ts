import type { Runtime } from '../runtime/runtime.ts';
import { addable } from '../upgrade/add.ts';
import { readEnvironments } from '../workspace/environment.ts';
import { readWorkspace } from '../workspace/read.ts';
import type { NamedKind } from './complete.ts';

/** The names that a shell completes: services and environments of the workspace, bundled templates, what can be added to a service, shells. */
export async function namesOf(kind: NamedKind, runtime: Runtime): Promise<readonly string[]> {
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
    case 'shell':
      return ['bash', 'zsh', 'fish'];
  }
}
