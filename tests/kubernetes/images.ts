import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectPass, run } from '../toolchain/run.ts';
import { REGISTRY } from './cluster/parts.ts';

/** A small image that can be made to do anything by its command, pushed to the cluster's registry; resolves with its name by digest. */
export async function pushShell(): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'svckit-image-'));
  try {
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY busybox /bin/busybox\nUSER 10001:10001\n');
    expectPass(await run(['cp', '/bin/busybox', context]));
    const name = `${REGISTRY}/shell:1`;
    const store = ['--storage-driver', 'vfs'] as const;
    expectPass(await run(['buildah', ...store, 'build', '--isolation', 'chroot', '--quiet', '--tag', name, context]));
    const digest = join(context, 'digest');
    expectPass(await run(['buildah', ...store, 'push', '--tls-verify=false', '--digestfile', digest, name]));
    const { output } = await run(['cat', digest]);
    return `${REGISTRY}/shell@${output.trim()}`;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
