import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

const { env } = process;

/** Where `.ci/tools.sh` puts what is not a Debian package. */
export const TOOLS_DIR = env['SVCKIT_TOOLS'] ?? '/var/cache/svckit-ci';

/** Each tool by the path it has below TOOLS_DIR; Debian's are found on PATH. */
const PLACES = {
  act: 'bin/act',
  actionlint: 'bin/actionlint',
  backstage: 'backstage/node_modules/@backstage/plugin-catalog-backend/package.json',
  'base image': 'base.tar',
  buildah: undefined,
  'check-jsonschema': 'venv/bin/check-jsonschema',
  conftest: 'bin/conftest',
  etcd: undefined,
  gitea: 'gitea/gitea',
  hadolint: 'venv/bin/hadolint',
  kube: 'kubernetes/kube',
  'kube-score': 'bin/kube-score',
  podman: undefined,
  promtool: undefined,
  registry: 'kubernetes/registry',
  redocly: 'node/node_modules/.bin/redocly',
  shellcheck: undefined,
  zizmor: 'venv/bin/zizmor',
} as const satisfies Record<string, string | undefined>;

export type Tool = keyof typeof PLACES;

/** The path of a tool, or undefined where it is not installed. */
export function findTool(tool: Tool): string | undefined {
  const place = PLACES[tool];
  if (place !== undefined) return readable(join(TOOLS_DIR, place));
  return (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => readable(join(folder, tool)))
    .find(Boolean);
}

/**
 * Tests that need real tools, given their paths. Where one is missing they are skipped and say so;
 * under SVCKIT_REQUIRE_TOOLS=1 that is a failure, so that CI cannot pass by having installed nothing.
 */
export function describeWith<T extends Tool>(title: string, tools: readonly T[], body: (paths: Record<T, string>) => void): void {
  const found = tools.map((tool) => [tool, findTool(tool)] as const);
  const missing = found.flatMap(([tool, path]) => (path === undefined ? [tool] : []));
  if (missing.length === 0) return void describe(title, () => body(Object.fromEntries(found) as Record<T, string>));
  const reason = `needs ${missing.join(', ')}; install with: bash .ci/tools.sh; and: bash .ci/tools.sh judges kubernetes`;
  describe(title, () => {
    if (env['SVCKIT_REQUIRE_TOOLS'] !== '1') it.skip(reason);
    else
      it('has its tools', () => {
        throw new Error(reason);
      });
  });
}

function readable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}
