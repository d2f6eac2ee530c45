import { join } from 'node:path';
import { watch } from 'chokidar';
import type { Service } from '../workspace/workspace.ts';

/** Editors write a file in several steps; within this time they are one edit. */
const SETTLE_MS = 30;

/** Calls `changed` after each edit of what the service is built from, until the returned function is called. */
export function watchService(service: Service, changed: () => void): () => Promise<void> {
  const paths = ['score.yaml', ...(service.workload?.watch ?? [])].map((path) => join(service.folder, path));
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(paths, { ignoreInitial: true, ignored: (path) => /[\\/](node_modules|\.git)([\\/]|$)/.test(path) });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  });
  watcher.on('error', () => {
    // A folder that vanished or may not be read is not watched; the rest is.
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
