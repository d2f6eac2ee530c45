import { refuseUnsafe } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type Delivered, encodeBase } from '../template/base.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { builtIns, recorded } from '../template/create/plan-new.ts';
import type { Answers } from '../template/input.ts';
import { lockText } from '../template/lock-text.ts';
import type { MoveRule } from '../template/manifest/manifest.ts';
import { type Values, valuesOf } from '../template/render/values.ts';
import { renderPath, renderTemplate, type Template, usesChassis } from '../template/template.ts';
import { answersFor, type ChangedAnswers } from './answers.ts';
import { movesBetween, type Pristine, pristineOf } from './pristine.ts';
import type { Made } from './service.ts';

/** What the template would write today, for the same answers. */
export interface Release {
  readonly template: Template;
  readonly pristine: Pristine;
  /** The same without the answers that the user changes now; undefined where they change none. */
  readonly before: Pristine | undefined;
  /** Packages that come with it; paths from the service's folder. */
  readonly delivered: readonly Delivered[];
  readonly moves: readonly MoveRule[];
  /** What becomes of answers, a sentence each. */
  readonly notes: readonly string[];
  /** Whether the lock would say what it says now. */
  readonly recordsTheSame: boolean;
  /** The two files of svckit's own once the upgrade is finished. */
  readonly own: { readonly lock: string; readonly base: Uint8Array };
}

/** Other answers than the recorded ones, as they are typed. */
export type NewAnswers = readonly (readonly [input: string, value: string])[];

/**
 * Renders the template for the recorded answers and those that are given now.
 * @param ask whether somebody is there to answer new questions
 * @throws SvcError template/answers-invalid naming the `--set` for each answer that is missing or does not fit any more
 */
export async function renderRelease(
  made: Made,
  { template, set, ask }: { readonly template: Template; readonly set: ChangedAnswers; readonly ask: boolean },
  runtime: Runtime,
): Promise<Release> {
  const { placement, prefix } = made;
  const { now, before, notes } = await answersFor(made, { manifest: template.manifest, set, ask }, runtime);
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const year = yearOf(made, template) ?? runtime.now().getFullYear();
  const about = builtIns({ template, placement, delivered, year });
  const render = (answers: Answers) => {
    const files = renderTemplate(template, answers, about);
    refuseUnsafe(files.map(({ path }) => path));
    return files;
  };
  const files = render(now);
  const record = recorded({ template, placement });
  return {
    template,
    delivered,
    pristine: pristineOf(files, prefix),
    before: before && pristineOf(render(before), prefix),
    moves: renderedMoves(made, template, valuesOf(template.manifest.inputs, now, about)),
    notes,
    recordsTheSame: lockText(record, now, made.lock.year) === Buffer.from(made.own.lock).toString('utf8').replaceAll('\r\n', '\n'),
    own: { lock: lockText(record, now, year), base: encodeBase(files, delivered) },
  };
}

function renderedMoves(made: Made, { manifest }: Template, values: Values): readonly MoveRule[] {
  const versions = { from: made.lock.template.version, to: manifest.version };
  const rendered = (path: string) => renderPath(path, values);
  return movesBetween(manifest.moves, versions).map((move) => ({ ...move, from: rendered(move.from), to: rendered(move.to) }));
}

/** The year in which the service was made. A lock of before it was recorded: the year in a file that holds one. */
function yearOf({ lock, pristine }: Made, { entries }: Template): number | undefined {
  if (lock.year !== undefined) return lock.year;
  const dated = entries.filter(({ reads }) => reads.includes('svc.year')).map(({ path }) => path);
  const texts = [...pristine.values()].filter(({ inArea }) => dated.includes(inArea)).map(({ content }) => Buffer.from(content).toString());
  const [year] = texts.flatMap((text) => /\b20\d\d\b/.exec(text)?.[0] ?? []);
  return year === undefined ? undefined : Number(year);
}
