import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CORE, folderOf, SHOP, scriptOf, type ServiceName } from './services.ts';

/** Builds all services of the core, each as its team does. */
export async function buildAll(): Promise<void> {
  await Promise.all(CORE.map(build));
}

/** Builds one service as its team does. */
export async function build(service: ServiceName | 'gateway'): Promise<void> {
  const PATH = `${join(SHOP, 'node_modules/.bin')}:${process.env['PATH']}`;
  const child = spawn(scriptOf(service, 'build'), {
    shell: true,
    cwd: folderOf(service),
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaint = text(child.stderr);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${service} cannot be built: ${await complaint}`);
}
