import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS_DIR } from '../toolchain/tools.ts';
import { REGISTRY } from './cluster/parts.ts';

/** In which podman and buildah build without a daemon, systemd or a registry to pull from, and push to a registry, the cluster's own by default, over plain HTTP. */
export function builderEnv(folder: string, registry = REGISTRY): Readonly<Record<string, string>> {
  const images = join(TOOLS_DIR, 'images');
  const file = (name: string, text: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return {
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_CONF: file('containers.conf', '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n'),
    CONTAINERS_STORAGE_CONF: file(
      'storage.conf',
      `[storage]\ndriver = "overlay"\ngraphroot = "${images}/store"\nrunroot = "${images}/run"\n`,
    ),
    CONTAINERS_REGISTRIES_CONF: file(
      'registries.conf',
      `unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`,
    ),
  };
}
