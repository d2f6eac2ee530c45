import { join } from 'node:path';
import { expectPass, run } from './run.ts';
import { ROOT } from './services.ts';
import { TOOLS_DIR } from './tools.ts';

/** Images of the tests, kept apart from the user's own. */
const STORE = ['--root', join(TOOLS_DIR, 'images', 'store'), '--runroot', join(TOOLS_DIR, 'images', 'run'), '--storage-driver', 'overlay'];

/** `buildah build`, as it works without a registry, a daemon or a kernel that lets it make containers. */
export const BUILD = ['buildah', ...STORE, 'build', '--isolation', 'chroot', '--pull-never', '--layers'] as const;

/** `podman`, as it works where there is no systemd and no network but the host's. */
export const PODMAN = ['podman', ...STORE, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--runtime', 'runc'] as const;

/** Makes the image that a Dockerfile starts FROM, unless it is there. */
export async function provideBase(dockerfile: string): Promise<void> {
  const [, name = ''] = /^FROM (\S+)/m.exec(dockerfile) ?? [];
  const there = await run(['buildah', ...STORE, 'inspect', '--type', 'image', `docker.io/library/${name}`]);
  if (there.exitCode !== 0) expectPass(await run(['bash', join(ROOT, '.ci', 'base-image.sh'), name, ...STORE]));
}
