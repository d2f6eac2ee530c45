import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { scratch, spoil } from './files.ts';
import { BUILD, provideBase } from './images.ts';
import { expectPass, expectRefusal, type Outcome, run } from './run.ts';
import { newService, newWorkspace } from './services.ts';
import { describeWith, TOOLS_DIR } from './tools.ts';

const SETUP_NODE = fileURLToPath(new URL('setup-node', import.meta.url));
const WORKFLOW = '.github/workflows/orders.yml';
const ANSWERS = { ci: 'github', database: 'postgres', calls: 'products' };

/** Two installs, all checks and an image, on a machine that does something else besides. */
const PATIENCE_MS = 400_000;

/** `docker build`, done by buildah: the steps of the workflow stay as they are. */
const DOCKER = `#!/bin/sh
[ "$1" = build ] || { echo "docker $1 is not to be had here" >&2; exit 1; }
shift
exec ${BUILD.join(' ')} "$@"
`;

/**
 * The steps run as GitHub would run them, on this machine. Three things differ, for want of a network: the checkout is a copy that act
 * makes, `setup-node` is the stand-in beside this file, and `docker` is buildah. Publishing happens on a push, and so not here.
 */
describeWith('The GitHub workflow of a generated service', ['act', 'buildah', 'base image', 'promtool'], (tools) => {
  const parent = scratch();
  const bin = join(parent, 'bin');

  beforeAll(async () => {
    await mkdir(bin);
    await writeFile(join(bin, 'docker'), DOCKER);
    await chmod(join(bin, 'docker'), 0o755);
  });

  async function act(repository: string): Promise<Outcome> {
    const [setupNode = ''] = /actions\/setup-node@[0-9a-f]{40}/.exec(await readFile(join(repository, WORKFLOW), 'utf8')) ?? [];
    const place = ['--platform=ubuntu-24.04=-self-hosted', `--local-repository=${setupNode}=${SETUP_NODE}`, '--no-cache-server'];
    const command = [tools.act, 'pull_request', '--workflows', WORKFLOW, '--action-cache-path', join(parent, 'act'), ...place] as const;
    const PATH = [bin, process.env['PATH']].join(delimiter);
    return run(command, { cwd: repository, env: { PATH, SVCKIT_TOOLS: TOOLS_DIR, NO_COLOR: '1' } });
  }

  async function expectEveryJob(repository: string, outcome: Outcome): Promise<void> {
    expectPass(outcome);
    const jobs = (await readFile(join(repository, WORKFLOW), 'utf8')).match(/runs-on:/g);
    expect(outcome.output.match(/Job succeeded/g)).toHaveLength(jobs?.length ?? 0);
  }

  it('passes, job after job, and stops at the first step that fails', { timeout: PATIENCE_MS }, async () => {
    const service = await newService(parent, 'orders', ANSWERS, []);
    await provideBase(await readFile(join(service, 'Dockerfile'), 'utf8'));
    await expectEveryJob(service, await act(service));

    spoil(join(service, 'src', 'main.ts'), [/$/, "\nexport const wrong: number = 'text';\n"]);
    const outcome = await act(service);
    expectRefusal(outcome, /Failure - Main npm run check/);
    expect(outcome.output).not.toMatch(/Run Main (npm test|Build)/);
  });

  it('passes for a service of a workspace', { timeout: PATIENCE_MS }, async () => {
    const services = await newWorkspace(parent, 'shop', []);
    await newService(services, 'products', { ci: 'github' }, []);
    const service = await newService(services, 'orders', ANSWERS, []);
    await provideBase(await readFile(join(service, 'Dockerfile'), 'utf8'));
    const workspace = dirname(services);
    await expectEveryJob(workspace, await act(workspace));
  });
});
