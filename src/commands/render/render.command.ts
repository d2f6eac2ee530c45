import { isAbsolute, join } from 'node:path';
import { Option } from 'commander';
import type { CommandSpec, Flags } from '../../cli/command.ts';
import { collect } from '../../cli/flags.ts';
import { SvcError } from '../../errors.ts';
import type { Change } from '../../plan/plan.ts';
import type { FileSystem, Runtime } from '../../runtime/runtime.ts';
import { carryOut } from '../../state/carry-out.ts';
import { renderCompose } from '../../target/compose/render.ts';
import { type Images, imagesOf, refuseUnknownImages } from '../../target/kubernetes/render/images.ts';
import { yamlOf } from '../../target/kubernetes/render/print.ts';
import { renderServices } from '../../target/kubernetes/render/render.ts';
import { type Environment, pickEnvironment, readEnvironments } from '../../workspace/environment.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Service, Workspace } from '../../workspace/workspace.ts';
import { type RenderedFile, type Result, type TargetName, view } from './render.view.ts';

interface Input {
  readonly services: readonly string[];
  readonly environment: string | undefined;
  readonly target: TargetName | undefined;
  readonly output: string | undefined;
  readonly images: Images;
}

/** `svc render`: what would be applied, and nothing is. */
export const render: CommandSpec<Input, Result> = {
  name: 'render',
  summary: 'Write the Kubernetes objects, or the Compose file, of services in an environment',
  examples: [
    ['svc render --env staging', 'the objects of every service, as YAML'],
    ['svc render orders --env staging | kubectl diff -f -', 'what would change in the cluster'],
    ['svc render --env staging --output deploy/rendered', 'a file for each service'],
    ['svc render --target compose --output .', 'compose.yaml, for a machine without a cluster'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('--env <environment>', 'an environment of svc.yaml')
      .addOption(new Option('--target <target>', 'what is written (default: what the environment says)').choices(['kubernetes', 'compose']))
      .option('--image <service=image>', 'the image of a service, best by its digest; may be given again', collect)
      .option('--output <folder>', 'write files there instead of showing them'),
  parse: (services, flags) => ({
    services,
    environment: text(flags, 'env'),
    target: text(flags, 'target') as TargetName | undefined,
    output: text(flags, 'output'),
    images: imagesOf(flags['image']),
  }),
  async run(input, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    const services = pickServices(workspace, input.services);
    refuseUnknownImages(input.images, workspace);
    const environments = await readEnvironments(runtime.fs, workspace.root);
    const rendered = await renderedFor({ ...input, workspace, services, environments }, runtime.fs);
    for (const [index, note] of rendered.notes.entries()) runtime.emit({ id: `note-${index}`, state: 'done', text: note });
    return input.output === undefined ? rendered : written(rendered, input.output, runtime);
  },
  view,
  toJson: ({ environment, target, files, output, notes }) => ({
    environment,
    target,
    output,
    files: files.map(({ path, documents, change }) => ({ path, change, documents })),
    notes,
  }),
};

interface Job {
  readonly workspace: Workspace;
  readonly services: readonly Service[];
  readonly environments: readonly Environment[];
  readonly environment: string | undefined;
  readonly target: TargetName | undefined;
  readonly images: Images;
}

async function renderedFor({ environment: name, environments, target, workspace, services, images }: Job, fs: FileSystem): Promise<Result> {
  if (name === undefined && target === 'compose') return compose(services, { workspace, environment: undefined, images }, fs);
  const environment = pickEnvironment(environments, requiredName(name, environments));
  if ((target ?? environment.target) === 'compose') return compose(services, { workspace, environment: environment.name, images }, fs);
  if (environment.target === 'local' || environment.target === 'compose') {
    throw new SvcError('input/invalid', `${environment.name} is no Kubernetes environment (${environment.where(['target'])})`, {
      hint: environment.target === 'local' ? 'svc up runs services on this machine' : 'Leave --target out',
    });
  }
  const rendered = await renderServices(services, { workspace, environment, images }, fs);
  return {
    environment: environment.name,
    target: 'kubernetes',
    files: rendered.map(({ service, objects }) => ({ path: `${service}.yaml`, text: yamlOf(objects), documents: objects })),
    output: undefined,
    notes: rendered.flatMap(({ notes }) => notes),
  };
}

async function compose(
  services: readonly Service[],
  reading: { readonly workspace: Workspace; readonly environment: string | undefined; readonly images: Images },
  fs: FileSystem,
): Promise<Result> {
  const { text, document, notes } = await renderCompose(services, reading, fs);
  return {
    environment: reading.environment,
    target: 'compose',
    files: [{ path: 'compose.yaml', text, documents: [document] }],
    output: undefined,
    notes,
  };
}

function requiredName(name: string | undefined, environments: readonly Environment[]): string {
  if (name !== undefined) return name;
  const names = environments.filter(({ target }) => target !== 'local').map((environment) => environment.name);
  throw new SvcError('input/invalid', 'Which environment? Give --env', {
    hint: names.length > 0 ? `svc.yaml has: ${names.join(', ')}` : 'Describe one in svc.yaml, or write a Compose file: --target compose',
  });
}

/** Writes what differs; files of the folder that are not rendered are left alone. */
async function written(result: Result, folder: string, runtime: Runtime): Promise<Result> {
  const root = isAbsolute(folder) ? folder : join(runtime.cwd, folder);
  const changes = await Promise.all(result.files.map(({ path, text }) => changeOf(root, { path, text }, runtime.fs)));
  await carryOut({ root, changes }, runtime);
  const files = result.files.map((file, index) => ({ ...file, change: changes[index]?.kind as RenderedFile['change'] }));
  return { ...result, files: files as readonly RenderedFile[], output: root };
}

async function changeOf(root: string, { path, text }: { readonly path: string; readonly text: string }, fs: FileSystem): Promise<Change> {
  const there = await fs.readText(join(root, path));
  if (there === undefined) return { kind: 'create', path, content: text };
  return there === text ? { kind: 'unchanged', path } : { kind: 'replace', path, content: text, expected: there };
}

function text(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}
