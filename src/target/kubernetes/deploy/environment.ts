import { SvcError } from '../../../errors.ts';
import type { FileSystem } from '../../../runtime/runtime.ts';
import { type ClusterEnvironment, pickEnvironment, readEnvironments } from '../../../workspace/environment.ts';

/**
 * The environment of this name, which has to be one that svc itself reaches.
 * @throws SvcError input/invalid, workspace/invalid
 */
export async function readClusterEnvironment(name: string, root: string, fs: FileSystem): Promise<ClusterEnvironment> {
  const environment = pickEnvironment(await readEnvironments(fs, root), name);
  if (environment.target === 'kubernetes') return environment;
  const where = environment.where(['target']);
  throw new SvcError('input/invalid', `Nothing is deployed to ${name} from here: its target is ${environment.target} (${where})`, {
    hint: environment.target === 'local' ? `See: svc deploy --env local --help` : `Write what it needs instead: svc render --env ${name}`,
  });
}
