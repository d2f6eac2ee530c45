import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, SHOP, scriptOf, type ServiceName } from './services.ts';

/** A mistake of another system, put into one of our services. */
export interface Defect {
  readonly service: ServiceName;
  /** In a file below the service's folder, what stands there and what is put in its place. */
  readonly changes: readonly { readonly file: string; readonly is: string; readonly becomes: string }[];
}

/**
 * Builds a service with a defect beside the sound one.
 * @returns the program, as seen from the service's folder, and how to take it away again
 * @throws Error where the source does not read as expected any more
 */
export function buildWith({ service, changes }: Defect, name: string): { readonly program: string; remove(): void } {
  const folder = folderOf(service);
  const source = `.defect-${name}`;
  const built = `${source}-dist`;
  const remove = () => {
    for (const each of [source, built]) rmSync(join(folder, each), { recursive: true, force: true });
  };
  remove();
  cpSync(join(folder, 'src'), join(folder, source), { recursive: true });
  for (const { file, is, becomes } of changes) {
    const path = join(folder, source, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(is).length !== 2) throw new Error(`${service}/src/${file} has not exactly one: ${is}`);
    writeFileSync(path, text.replace(is, () => becomes));
  }
  const command = scriptOf(service, 'build').replace('src/main.ts', `${source}/main.ts`).replace('--outdir=dist', `--outdir=${built}`);
  const PATH = `${join(SHOP, 'node_modules/.bin')}:${process.env['PATH']}`;
  execFileSync(command, { shell: true, cwd: folder, env: { ...process.env, PATH }, stdio: ['ignore', 'ignore', 'inherit'] });
  return { program: `${built}/main.js`, remove };
}
