import { resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Inspection, inspectFiles } from '../files.ts';
import type { Answers, Input } from '../input.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { MANIFEST_FILE } from '../manifest/read.ts';
import { findTemplate } from '../sources/find.ts';
import { readFolder } from '../sources/folder.ts';
import type { Template } from '../template.ts';
import { compareVersions, majorOf } from '../versions.ts';
import { readCases, type TestCase } from './case.ts';
import { readAuthored } from './check.ts';
import { type Failure, unmet } from './judge.ts';
import { answersOfRow, axesOf, matrixOf } from './matrix.ts';
import { type Rendered, renderTrial, type Trial } from './rendered.ts';
import { readSnapshot, snapshotFailures, writeSnapshot } from './snapshot.ts';
import { faultsOf } from './soundness.ts';

/** What an author asks of `svc template test`. */
export interface TestOrder {
  /** As the user named it. */
  readonly folder: string;
  /** Whether the snapshots are written anew. */
  readonly update: boolean;
  /** Earlier versions of the template, as `svc new` takes them. */
  readonly from: readonly string[];
  /** Makes services with the earlier version, upgrades them and tells what is not as the template writes it now. */
  rehearse(upgrade: Rehearsal, runtime: Runtime): Promise<Rehearsed>;
}

export interface Rehearsal {
  readonly from: Template;
  readonly to: Template;
  readonly trials: readonly RehearsalTrial[];
}

export interface RehearsalTrial {
  readonly title: string;
  readonly answers: Answers;
  /** What a person would be asked during the upgrade: a new major version may. */
  readonly added: Answers;
}

export interface Rehearsed {
  /** How many services were made and upgraded: the earlier version may not take every answer. */
  readonly services: number;
  readonly problems: readonly string[];
}

export interface CaseResult {
  readonly name: string;
  readonly file: string;
  readonly failures: readonly Failure[];
  /** Whether its snapshot was written now. */
  readonly updated: boolean;
}

export interface TemplateTest {
  /** Absolute path. */
  readonly folder: string;
  readonly template: { readonly name: string; readonly version: string };
  readonly cases: readonly CaseResult[];
  readonly matrix: { readonly rendered: number; readonly combinations: number; readonly failures: readonly Failure[] };
  readonly upgrades: readonly { readonly from: string; readonly services: number; readonly failures: readonly Failure[] }[];
}

/**
 * Renders a template for its declared cases and for a matrix of answers, and rehearses upgrades from earlier versions.
 * @throws SvcError template/not-found, template/invalid where the template or a case cannot be read
 */
export async function testTemplateFolder(order: TestOrder, runtime: Runtime): Promise<TemplateTest> {
  const folder = resolve(runtime.cwd, order.folder);
  const inspection = inspectFiles((await readAuthored(folder, runtime)).files);
  const subject = { folder, template: await readFolder(folder, order.folder, runtime.fs), inspection };
  const cases = await readCases(folder, runtime.fs);
  const results: CaseResult[] = [];
  for (const testCase of cases) results.push(await runCase(testCase, { ...subject, update: order.update }, runtime));
  const matrix = testMatrix(subject, cases);
  const upgrades = [];
  for (const source of order.from) upgrades.push(await testUpgrade(source, { ...subject, cases, order }, runtime));
  const { name, version } = subject.template.manifest;
  return { folder, template: { name, version }, cases: results, matrix, upgrades };
}

interface Subject {
  readonly folder: string;
  readonly template: Template;
  readonly inspection: Pick<Inspection, 'lineOf' | 'lineOfInput'>;
}

async function runCase(testCase: TestCase, subject: Subject & { readonly update: boolean }, runtime: Runtime): Promise<CaseResult> {
  const { name, file, expect, answersLine } = testCase;
  const files = tried(subject.template, testCase);
  if (typeof files === 'string') return { name, file, updated: false, failures: [{ file, line: answersLine, message: files }] };
  const failures = [
    ...faultsOf(files).map(({ path, message }) => ({ file, line: answersLine, message: `${path}: ${message}` })),
    ...expect.flatMap((expectation) => unmet(expectation, files).map((found) => ({ file, line: expectation.line, ...found }))),
  ];
  if (!testCase.snapshot) return { name, file, failures, updated: false };
  const snapshot = await readSnapshot(subject.folder, testCase, runtime);
  if (subject.update) return { name, file, failures, updated: await writeSnapshot(subject.folder, { testCase, snapshot, files }, runtime) };
  return { name, file, updated: false, failures: [...failures, ...snapshotFailures(testCase, snapshot, files)] };
}

/** The render, or why these answers have none. */
function tried(template: Template, trial: Trial): Rendered | string {
  try {
    return renderTrial(template, trial);
  } catch (error) {
    if (error instanceof SvcError) return error.message;
    throw error;
  }
}

/** Where a service stands is an axis too, for a template that asks svckit for it. The name cannot be an input's. */
const PLACE = { name: 'svc.servicePath', values: ['.', 'services/orders'] } as const;

function testMatrix({ template, inspection }: Subject, cases: readonly TestCase[]): TemplateTest['matrix'] {
  const { inputs } = template.manifest;
  const usesPlace = template.entries.some(({ reads }) => reads.includes('svc.servicePath') || reads.includes('svc.standalone'));
  const axes = [...axesOf(inputs), ...(usesPlace ? [PLACE] : [])];
  const { rows, combinations } = matrixOf(axes);
  const others = usualAnswers(cases);
  const failures = new Map<string, Failure & { readonly times: number }>();
  for (const row of rows) {
    const choices = Object.fromEntries(axes.map(({ name }, index) => [name, row[index] ?? '']));
    const trial = { answers: answersOfRow(inputs, choices, others), at: String(choices[PLACE.name] ?? '.') };
    for (const message of trialFaults(template, trial)) {
      const known = failures.get(message);
      const first = { file: MANIFEST_FILE, line: inspection.lineOf(['spec', 'parameters']), message, found: `with ${titleOf(choices)}` };
      failures.set(message, { ...(known ?? first), times: (known?.times ?? 0) + 1 });
    }
  }
  return { rendered: rows.length, combinations, failures: [...failures.values()].map((failure) => counted(failure, rows.length)) };
}

function counted({ times, ...failure }: Failure & { readonly times: number }, all: number): Failure {
  return { ...failure, found: `${times} of ${all} renders, the first ${failure.found}` };
}

/** Paths are those of a lone service: where it stands makes no fault another one. */
function trialFaults(template: Template, trial: Trial): readonly string[] {
  const files = tried(template, trial);
  if (typeof files === 'string') return [unanswered(files)];
  const alone = (path: string) => (path.startsWith(`${trial.at}/`) ? path.slice(trial.at.length + 1) : path);
  return faultsOf(files).map(({ path, message }) => `${alone(path)}: ${message}`);
}

function unanswered(reason: string): string {
  return `the matrix cannot be rendered: ${reason}; answer it in a case below tests/, and the matrix takes that`;
}

/** What a person might answer where there is no list to choose from: the first case that says it. */
function usualAnswers(cases: readonly TestCase[]): Answers {
  return Object.assign({ name: 'orders' }, ...cases.map(({ answers }) => answers).reverse());
}

function titleOf(choices: Answers): string {
  return Object.entries(choices)
    .map(([name, value]) => `${name}=${[value].flat().join(',')}`)
    .join(' ');
}

/** Services are made and merged for real: a few of them show what there is to show. */
const MOST_SERVICES = 8;

function refuseLater(from: Template, to: Template): void {
  const [earlier, current] = [from.manifest, to.manifest];
  if (earlier.name === current.name && compareVersions(earlier.version, current.version) < 0) return;
  throw new SvcError('input/invalid', `${earlier.name} ${earlier.version} is no earlier version of ${current.name} ${current.version}`, {
    hint: 'Name one that is: a folder, or a tag of its repository: --from https://host/org/repo//folder#v1.0.0',
  });
}

/** A minor version has to do without answers to these. */
function newQuestions(from: Manifest, to: Manifest): readonly Input[] {
  if (majorOf(from.version) === majorOf(to.version)) return [];
  return to.inputs.filter(({ name, required }) => required && !from.inputs.some((known) => known.name === name));
}

interface Upgrading extends Subject {
  readonly cases: readonly TestCase[];
  readonly order: TestOrder;
}

async function testUpgrade(
  source: string,
  { template, cases, order }: Upgrading,
  runtime: Runtime,
): Promise<TemplateTest['upgrades'][number]> {
  const from = await findTemplate(source, runtime);
  refuseLater(from, template);
  const axes = axesOf(from.manifest.inputs);
  const declared = cases.map(({ name, answers }) => ({ title: name, answers: { ...usualAnswers(cases), ...answers } }));
  const rows = matrixOf(axes).rows.map((row) => Object.fromEntries(axes.map(({ name }, index) => [name, row[index] ?? ''])));
  const generated = rows.map((choices) => ({ title: titleOf(choices), answers: { ...usualAnswers(cases), ...choices } }));
  const news = newQuestions(from.manifest, template.manifest);
  const trials = [...declared, ...generated].slice(0, MOST_SERVICES).map(({ title, answers }) => ({
    title,
    answers: answersOfRow(from.manifest.inputs, answers, {}),
    added: answersOfRow(news, answers, {}),
  }));
  const text = `Upgrading services from ${from.manifest.version}`;
  runtime.emit({ id: 'rehearse', state: 'start', text });
  const { services, problems } = await order.rehearse({ from, to: template, trials }, runtime);
  runtime.emit({ id: 'rehearse', state: problems.length > 0 ? 'failed' : 'done', text });
  const failures = problems.map((message) => ({ file: MANIFEST_FILE, line: 1, message }));
  return { from: from.manifest.version, services, failures };
}
