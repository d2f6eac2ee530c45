import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { droppedNote, followMoves, oldName } from '../template/answer-moves.ts';
import { acceptAnswers, answerFromText, completeAnswers, type Given } from '../template/answers.ts';
import { type Answer, type Answers, applies, defaultOf, faultOf, hasDefault, type Input } from '../template/input.ts';
import type { Manifest } from '../template/manifest/manifest.ts';
import { compareVersions } from '../template/versions.ts';
import type { Made } from './service.ts';

/** Another answer than the recorded one: a text as it is typed, or a value. */
export type ChangedAnswers = readonly (readonly [input: string, value: Answer])[];

/** The answers of a service for the template as it is now. */
export interface ServiceAnswers {
  readonly now: Answers;
  /** Those without what the user changes: undefined where the user changes nothing. */
  readonly before: Answers | undefined;
  /** What became of recorded answers, a sentence each. */
  readonly notes: readonly string[];
}

interface Wanted {
  readonly manifest: Manifest;
  readonly set: ChangedAnswers;
  /** Whether somebody is there to answer new questions. */
  readonly ask: boolean;
}

/**
 * The recorded answers, moved along with their inputs, and those that are given now. New optional inputs take their defaults.
 * @throws SvcError template/answers-invalid naming the `--set` for each answer that is missing or does not fit any more
 */
export async function answersFor(made: Made, { manifest, set, ask }: Wanted, runtime: Runtime): Promise<ServiceAnswers> {
  refuseNewName(made, set);
  refuseOldNames(manifest, set);
  const inputs = manifest.inputs.filter(({ secret }) => !secret);
  const { answers: recorded, notes } = recordedNow(made, manifest);
  const given = recordedAndGiven(inputs, recorded, set);
  const now = completeAnswers(inputs, ask ? await withNewAnswers(inputs, given, runtime) : given);
  const before = answersBefore(inputs, recorded, now);
  const changed = inputs.filter((input) => shown(input, now) !== shown(input, before));
  const told = changed.map((input) => `${input.name}: ${shown(input, now)} instead of ${shown(input, before)}`);
  return { now, before: changed.length > 0 ? before : undefined, notes: [...told, ...notes] };
}

/** What is recorded, under today's names. */
export function recordedNow({ lock }: Made, { version, inputs, inputMoves }: Manifest) {
  const isBetween = (at: string) => compareVersions(at, lock.template.version) > 0 && compareVersions(at, version) <= 0;
  const followed = followMoves(
    lock.answers,
    inputMoves.filter((move) => isBetween(move.in)),
  );
  const gone = Object.entries(followed.answers).filter(([name]) => !inputs.some((input) => input.name === name));
  return { answers: followed.answers, notes: [...followed.notes, ...gone.map(([name, value]) => droppedNote(name, value))] };
}

/** The service's name is in paths, in what other teams call and in its database: a merge cannot rename it. */
function refuseNewName({ name, lock }: Made, set: ChangedAnswers): void {
  const given = set.findLast(([input]) => input === 'name')?.[1];
  if (given === undefined || given === name) return;
  throw new SvcError('template/answers-invalid', `${name} cannot get another name by an upgrade: what it is called is in too many places`, {
    hint: `Make a new service and move your code there: svc new ${lock.template.name} ${given}`,
  });
}

/** A name that the template has given up is no slip: the one that it has now is said. */
function refuseOldNames({ inputs, inputMoves }: Manifest, set: ChangedAnswers): void {
  for (const [name, value] of set) {
    if (inputs.some((input) => input.name === name) || !inputMoves.some((move) => oldName(move) === name)) continue;
    const [now] = Object.keys(followMoves({ [name]: value }, inputMoves).answers);
    throw new SvcError('template/answers-invalid', now ? `${name} is called ${now} now` : `${name} is not asked any more`, {
      hint: now ? `Give it as: --set ${now}=…` : `Leave it out: --set ${name}=…`,
    });
  }
}

/** What was recorded for an input that is not asked any more with the new answers is left out. */
function recordedAndGiven(inputs: readonly Input[], recorded: Readonly<Record<string, unknown>>, set: ChangedAnswers): readonly Given[] {
  const flags = set.map(([name, value]) => ({ name, value, from: typeof value === 'string' ? ('flag' as const) : ('file' as const) }));
  const known = inputs.flatMap((input) =>
    Object.hasOwn(recorded, input.name) ? [[input, fitting(input, recorded[input.name])] as const] : [],
  );
  const now = Object.fromEntries([...known.map(([{ name }, value]) => [name, value]), ...set]) as Answers;
  const asked = known.filter(([input]) => applies(input, withDefaults(inputs, now)));
  return [...asked.map(([{ name }, value]) => ({ name, value, from: 'file' as const })), ...flags];
}

/** A value that a move wrote is a text until the input says what it is. */
function fitting(input: Input, value: unknown): unknown {
  return typeof value === 'string' && input.type !== 'string' ? answerFromText(input, value) : value;
}

/** The answers that the template would have without the user's changes. Where it cannot do without a new answer, that one. */
function answersBefore(inputs: readonly Input[], recorded: Readonly<Record<string, unknown>>, now: Answers): Answers {
  const before: Record<string, Answer> = {};
  for (const input of inputs) {
    const known = Object.hasOwn(recorded, input.name) ? fitting(input, recorded[input.name]) : undefined;
    const fits = known !== undefined && faultOf(input, known) === undefined;
    const value = fits ? (known as Answer) : (defaultOf(input, before) ?? (input.required ? now[input.name] : undefined));
    if (value !== undefined) before[input.name] = value;
  }
  return Object.fromEntries(
    Object.entries(before).filter(([name]) => {
      const input = inputs.find((each) => each.name === name);
      return input !== undefined && applies(input, before);
    }),
  );
}

function shown(input: Input, answers: Answers): string {
  const value = applies(input, answers) ? answers[input.name] : undefined;
  const text = [value ?? []].flat().join(', ');
  return text === '' ? 'nothing' : text;
}

function withDefaults(inputs: readonly Input[], answers: Answers): Answers {
  const defaults = inputs.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(defaults), ...answers };
}

/** Asks only what the template cannot do without. */
async function withNewAnswers(inputs: readonly Input[], given: readonly Given[], { ask }: Runtime): Promise<readonly Given[]> {
  const answers = acceptAnswers(inputs, given);
  const open = inputs.filter((input) => input.required && !hasDefault(input) && answers[input.name] === undefined);
  if (open.length === 0) return given;
  const { askForAnswers } = await import('../template/ask.ts');
  const complete = await askForAnswers(open, withDefaults(inputs, answers), ask);
  return [
    ...given,
    ...open.flatMap(({ name }) => (complete[name] === undefined ? [] : [{ name, value: complete[name], from: 'file' as const }])),
  ];
}
