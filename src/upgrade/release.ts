import { refuseUnsafe } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { acceptAnswers, completeAnswers, type Given } from '../template/answers.ts';
import { type Delivered, encodeBase } from '../template/base.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { builtIns, recorded } from '../template/create/plan-new.ts';
import { type Answers, applies, type Input } from '../template/input.ts';
import { lockText } from '../template/lock-text.ts';
import type { MoveRule } from '../template/manifest/manifest.ts';
import { valuesOf } from '../template/render/values.ts';
import { renderPath, renderTemplate, type Template, usesChassis } from '../template/template.ts';
import { movesBetween, type Pristine, pristineOf } from './pristine.ts';
import type { Made } from './service.ts';

/** What the template would write today, for the same answers. */
export interface Release {
  readonly template: Template;
  readonly pristine: Pristine;
  /** Packages that come with it; paths from the service's folder. */
  readonly delivered: readonly Delivered[];
  readonly moves: readonly MoveRule[];
  /** The two files of svckit's own once the upgrade is finished. */
  readonly own: { readonly lock: string; readonly base: Uint8Array };
}

/** Another answer than the recorded one. */
export type NewAnswers = readonly (readonly [input: string, value: string])[];

/**
 * Renders the template for the recorded answers and those that are given now. New optional inputs take their defaults.
 * @param ask whether somebody is there to answer new questions
 * @throws SvcError template/answers-invalid naming the `--set` for each answer that is missing or does not fit any more
 */
export async function renderRelease(
  made: Made,
  { template, set, ask }: { readonly template: Template; readonly set: NewAnswers; readonly ask: boolean },
  runtime: Runtime,
): Promise<Release> {
  const inputs = template.manifest.inputs.filter(({ secret }) => !secret);
  const given = recordedAndGiven(inputs, made.lock.answers, set);
  const answers = completeAnswers(inputs, ask ? await withNewAnswers(inputs, given, runtime) : given);
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const { placement, prefix } = made;
  const about = builtIns({ template, placement, delivered, year: runtime.now().getFullYear() });
  const files = renderTemplate(template, answers, about);
  refuseUnsafe(files.map(({ path }) => path));
  const values = valuesOf(template.manifest.inputs, answers, about);
  const versions = { from: made.lock.template.version, to: template.manifest.version };
  return {
    template,
    delivered,
    pristine: pristineOf(files, prefix),
    moves: movesBetween(template.manifest.moves, versions).map((move) => ({
      ...move,
      from: renderPath(move.from, values),
      to: renderPath(move.to, values),
    })),
    own: { lock: lockText(recorded({ template, placement }), answers), base: encodeBase(files, delivered) },
  };
}

/** What was recorded for an input that is gone, or is not asked any more with the new answers, is dropped without a word. */
function recordedAndGiven(inputs: readonly Input[], old: Readonly<Record<string, unknown>>, set: NewAnswers): readonly Given[] {
  const flags = set.map(([name, value]) => ({ name, value, from: 'flag' as const }));
  const known = Object.entries(old).filter(([name]) => inputs.some((input) => input.name === name));
  const now = Object.fromEntries([...known, ...set]) as Answers;
  const asked = known.filter(([name]) => inputs.some((input) => input.name === name && applies(input, withDefaults(inputs, now))));
  return [...asked.map(([name, value]) => ({ name, value, from: 'file' as const })), ...flags];
}

function withDefaults(inputs: readonly Input[], answers: Answers): Answers {
  const defaults = inputs.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(defaults), ...answers };
}

/** Asks only what the template cannot do without. */
async function withNewAnswers(inputs: readonly Input[], given: readonly Given[], { ask }: Runtime): Promise<readonly Given[]> {
  const answers = acceptAnswers(inputs, given);
  const open = inputs.filter((input) => input.required && input.default === undefined && answers[input.name] === undefined);
  if (open.length === 0) return given;
  const { askForAnswers } = await import('../template/ask.ts');
  const complete = await askForAnswers(open, withDefaults(inputs, answers), ask);
  return [
    ...given,
    ...open.flatMap(({ name }) => (complete[name] === undefined ? [] : [{ name, value: complete[name], from: 'file' as const }])),
  ];
}
