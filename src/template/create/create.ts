import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Change, Plan } from '../../plan/plan.ts';
import { writesOf } from '../../plan/plan.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { carryOut, recover } from '../../state/carry-out.ts';
import { acceptAnswers, completeAnswers, type Given } from '../answers.ts';
import type { Answers, Input } from '../input.ts';
import { bundledNames } from '../sources/bundled.ts';
import { findTemplate } from '../sources/find.ts';
import { type Template, usesChassis } from '../template.ts';
import { chassisPackage } from './chassis.ts';
import { installPackages, makeRepository, type Outcome } from './finish.ts';
import { nameFault, refuseName } from './name.ts';
import { type Placement, placeService, refuseTaken, rootOf } from './placement.ts';
import { planNew } from './plan-new.ts';

/** What a user asks of `svc new`. */
export interface Order {
  readonly template: string | undefined;
  readonly name: string | undefined;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly answersFile: string | undefined;
  readonly yes: boolean;
  readonly dir: string | undefined;
  readonly dryRun: boolean;
  readonly install: boolean;
  readonly git: boolean;
  /** The files of a plan as the question before writing shows them. */
  summary(created: Pick<Created, 'cwd' | 'root' | 'folder' | 'files'>): string;
}

/** What was made, or would be. */
export interface Created {
  /** The folder that the command was given in. */
  readonly cwd: string;
  readonly name: string;
  readonly template: { readonly name: string; readonly version: string; readonly type: string };
  /** Absolute path of the service. */
  readonly folder: string;
  /** Absolute path that the paths of files are relative to. */
  readonly root: string;
  readonly files: readonly CreatedFile[];
  readonly dryRun: boolean;
  /** Whether the files were shown to the user before they were written. */
  readonly confirmed: boolean;
  readonly install: Outcome;
  readonly repository: Outcome;
  /** Ctrl-C came after the files were written. */
  readonly interrupted: boolean;
}

export interface CreatedFile {
  readonly path: string;
  readonly kind: Change['kind'];
  readonly bytes: number;
}

/**
 * Makes a service: asks what is not answered yet where somebody is at the terminal, shows the plan, writes it, installs and commits.
 * @throws SvcError of the template, the answers, the plan; nothing is written then
 */
export async function createService(order: Order, runtime: Runtime): Promise<Created> {
  const template = await findTemplate(order.template ?? (await chooseTemplate(runtime)), runtime);
  const asks = runtime.terminal.interactive && !order.yes;
  const given = await givenAnswers(order, runtime);
  const name = await nameOf(given, { template, asks, runtime });
  const placement = await findPlace(order, { name, template, runtime });
  const answers = await answersOf(withDefaults(template.manifest.inputs, placement), named(given, name, template), { asks, runtime });
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const plan = await planNew({ name, template, answers, placement, delivered, year: runtime.now().getFullYear() }, runtime.fs);
  const confirmed = asks && !order.dryRun;
  const made = { ...describe(plan, template), cwd: runtime.cwd, name, folder: placement.folder, confirmed };
  writesOf(plan);
  if (order.dryRun) return { ...made, dryRun: true, install: skipped('dry run'), repository: skipped('dry run'), interrupted: false };
  if (confirmed) await confirm(order.summary(made), runtime);
  await carryOut(plan, runtime);
  return { ...made, dryRun: false, ...(await finish(order, { made, placement, runtime })), interrupted: runtime.signal.aborted };
}

async function chooseTemplate(runtime: Runtime): Promise<string> {
  const names = await bundledNames(runtime);
  if (!runtime.terminal.interactive) {
    throw new SvcError('input/invalid', 'Which template?', {
      hint: `Name one: svc new ${names[0] ?? './my-template'} orders; there are: ${names.join(', ')}`,
    });
  }
  const templates = await Promise.all(names.map((name) => findTemplate(name, runtime)));
  const choices = templates.map(({ manifest }) => ({ value: manifest.name, label: manifest.title, hint: manifest.description }));
  return runtime.ask.choice({ message: 'Template', choices });
}

/** Answers of the file first, those of flags over them, the name on the command line over both. */
async function givenAnswers({ answersFile, set, name }: Order, runtime: Runtime): Promise<readonly Given[]> {
  const fromFile = answersFile === undefined ? [] : await (await import('./answers-file.ts')).readAnswersFile(answersFile, runtime);
  const fromFlags = set.map(([key, value]) => ({ name: key, value, from: 'flag' as const }));
  return [...fromFile, ...fromFlags, ...(name === undefined ? [] : [{ name: 'name', value: name, from: 'flag' as const }])];
}

interface At {
  readonly template: Template;
  readonly asks: boolean;
  readonly runtime: Runtime;
}

async function nameOf(given: readonly Given[], { template: { manifest }, asks, runtime }: At): Promise<string> {
  const told = given.findLast((answer) => answer.name === 'name')?.value;
  if (told === undefined && !asks) {
    throw new SvcError('input/invalid', 'A name is needed', { hint: `Write it after the template: svc new ${manifest.name} orders` });
  }
  const name = told === undefined ? await runtime.ask.text({ message: 'Name', validate: nameFault }) : String(told);
  refuseName(name, manifest.name);
  return name;
}

/** What a killed run left there is ended before the folder is judged, or it would count as taken. */
async function findPlace(
  { dir, dryRun }: Order,
  { name, template, runtime }: Omit<At, 'asks'> & { readonly name: string },
): Promise<Placement> {
  const { cwd, fs } = runtime;
  const placement = await placeService({ cwd, name, dir, type: template.manifest.type }, fs);
  if (!dryRun) await recover(rootOf(placement), runtime);
  await refuseTaken(placement, fs);
  return placement;
}

function named(given: readonly Given[], name: string, { manifest }: Template): readonly Given[] {
  const others = given.filter((answer) => answer.name !== 'name');
  return manifest.inputs.some((input) => input.name === 'name') ? [...others, { name: 'name', value: name, from: 'flag' }] : others;
}

/** In a workspace its system and the owner of that are the likely answers. */
function withDefaults(inputs: readonly Input[], { defaults }: Placement): readonly Input[] {
  return inputs.map((input) => {
    const value = input.name === 'system' ? defaults.system : input.name === 'owner' ? defaults.owner : undefined;
    if (value === undefined) return input;
    const { derive: _, ...rest } = input;
    return { ...rest, default: value };
  });
}

async function answersOf(inputs: readonly Input[], given: readonly Given[], { asks, runtime }: Omit<At, 'template'>): Promise<Answers> {
  if (!asks) return completeAnswers(inputs, given);
  const { askForAnswers } = await import('../ask.ts');
  return askForAnswers(inputs, acceptAnswers(inputs, given), runtime.ask);
}

function describe({ root, changes }: Plan, { manifest: { name, version, type } }: Template) {
  const files = changes.map((change) => ({
    path: change.path,
    kind: change.kind,
    bytes: 'content' in change ? Buffer.byteLength(change.content) : 0,
  }));
  return { template: { name, version, type }, root, files };
}

async function confirm(summary: string, { ask }: Runtime): Promise<void> {
  if (await ask.confirm({ message: `${summary}\n\nWrite this?`, default: true })) return;
  throw new SvcError('input/cancelled', 'Nothing was written', { hint: 'Run the command again with other answers' });
}

interface Finishing {
  readonly made: Pick<Created, 'cwd' | 'name' | 'folder' | 'files' | 'root' | 'template'>;
  readonly placement: Placement;
  readonly runtime: Runtime;
}

async function finish(order: Order, { made, placement, runtime }: Finishing): Promise<Pick<Created, 'install' | 'repository'>> {
  const install = order.install ? await installFor({ made, placement, runtime }) : skipped('--no-install');
  if (runtime.signal.aborted) return { install, repository: skipped('interrupted') };
  const repository = order.git ? await repositoryFor({ made, placement, runtime }) : skipped('--no-git');
  return { install, repository };
}

async function installFor({ made: { root, folder, files }, placement: { workspace }, runtime }: Finishing): Promise<Outcome> {
  const isNpm = files.some(({ path }) => join(root, path) === join(folder, 'package.json'));
  if (!isNpm) return skipped('there is no package.json');
  const top = workspace !== undefined && (await runtime.fs.info(join(workspace, 'package.json'))) !== undefined ? workspace : folder;
  return installPackages(top, runtime);
}

async function repositoryFor({ made, placement, runtime }: Finishing): Promise<Outcome> {
  if (placement.git !== undefined) return skipped(`it is part of the repository in ${placement.git}`);
  if (placement.repository !== placement.folder) return skipped('the workspace is no git repository');
  const { name, version } = made.template;
  return makeRepository(placement.folder, `Create ${made.name} from ${name} ${version}`, runtime);
}

function skipped(reason: string): Outcome {
  return { state: 'skipped', reason };
}
