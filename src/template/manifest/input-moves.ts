import { oldName } from '../answer-moves.ts';
import { answerFromText } from '../answers.ts';
import { faultOf, type Input } from '../input.ts';
import { compareVersions } from '../versions.ts';
import type { Objection } from './inputs.ts';
import type { InputMove, Manifest } from './manifest.ts';
import type { TemplateDocument } from './shape.ts';

type Written = TemplateDocument['spec']['svckit']['inputs'];
type Rename = Extract<InputMove, { readonly from: string }>;

/** The moves of a template's inputs, the oldest first; those of one version in the order in which they are written. */
export function inputMovesOf(written: Written): readonly InputMove[] {
  const moves = written.map((move): InputMove => {
    if ('removed' in move) return move;
    const { values, ...rename } = move;
    const texts = values && Object.fromEntries(Object.entries(values).map(([old, now]) => [old, String(now)]));
    return texts ? { ...rename, values: texts } : rename;
  });
  return moves.sort((a, b) => compareVersions(a.in, b.in));
}

/** What is wrong with the moves: names that lead nowhere or in a circle, and names that are still in use. */
export function inputMoveComplaints(written: Written, { version, inputs, inputMoves }: Manifest): readonly Objection[] {
  return written.flatMap((move, index) => {
    const known = inputMoves.find((each) => each.in === move.in && oldName(each) === oldName(move as InputMove));
    const message = known && faultOfMove(known, { version, inputs, inputMoves });
    return message === undefined ? [] : [{ path: ['spec', 'svckit', 'inputs', index], message }];
  });
}

function faultOfMove(move: InputMove, manifest: Pick<Manifest, 'version' | 'inputs' | 'inputMoves'>): string | undefined {
  const old = oldName(move);
  if (compareVersions(move.in, manifest.version) > 0) return `it is for ${move.in}, and this is ${manifest.version}`;
  if (manifest.inputMoves.some((other) => other !== move && oldName(other) === old)) return `"${old}" is moved or removed twice`;
  if (manifest.inputs.some(({ name }) => name === old)) return `"${old}" is still an input of this template`;
  return 'removed' in move ? undefined : faultOfRename(move, manifest);
}

function faultOfRename(move: Rename, { inputs, inputMoves }: Pick<Manifest, 'inputs' | 'inputMoves'>): string | undefined {
  const trail = [move.from];
  for (let at: InputMove | undefined = move; at && !('removed' in at); at = inputMoves.find((next) => oldName(next) === trail.at(-1))) {
    if (trail.includes(at.to)) return `${[...trail, at.to].join(' → ')} is a circle`;
    trail.push(at.to);
  }
  const later = inputMoves.find((next) => oldName(next) === move.to);
  if (later) return compareVersions(later.in, move.in) < 0 ? `"${move.to}" was given up in ${later.in} already` : undefined;
  const target = inputs.find(({ name }) => name === move.to);
  return target ? faultOfTarget(move, target) : `"${move.to}" is no input of this template`;
}

function faultOfTarget(move: Rename, target: Input): string | undefined {
  if (target.secret) return `"${move.to}" is a secret: no answer is stored for it`;
  const faults = Object.values(move.values ?? {}).map((value) => faultOf(target, answerFromText(target, value)));
  const fault = faults.find((each) => each !== undefined);
  return fault && `"${move.to}" ${fault}`;
}
