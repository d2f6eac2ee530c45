import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../toolchain/run.ts';

export const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');

/** A web server that answers `ok`. */
export const SERVE = 'echo serving; mkdir -p /tmp/www && echo ok >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www';

export interface ScoreOptions {
  readonly image: string;
  readonly script?: string;
  readonly calls?: string;
  /** What runs before the service, as its migration. */
  readonly migrate?: string;
}

/** The Score file of a service that is a shell script. */
export function scoreFile(name: string, { image, script = SERVE, calls, migrate }: ScoreOptions): string {
  const annotations = migrate === undefined ? '' : `, annotations: { svckit.dev/migrate: '${migrate}' }`;
  return `apiVersion: score.dev/v1b1
metadata: { name: ${name}${annotations} }
containers:
  main:
    image: ${image}
    command: [/bin/busybox, sh, -c, '${script}']
    ${calls ? `variables: { PEER_URL: '\${resources.${calls}.url}' }` : ''}
    readinessProbe: { httpGet: { path: /, port: 8080 } }
    resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
service: { ports: { http: { port: 80, targetPort: 8080 } } }
${calls ? `resources: { ${calls}: { type: service } }` : ''}
`;
}

/** A workspace in a temporary folder, and the built svc to use in it. */
export function shopFolder(kubeconfig: () => string) {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-deploy-'));
  const root = join(folder, 'shop');
  return {
    root,
    write(path: string, text: string): void {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    svc: (...args: readonly string[]) =>
      run([process.execPath, bin, ...args], {
        cwd: root,
        env: { KUBECONFIG: kubeconfig(), XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache'), NO_COLOR: '1' },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
