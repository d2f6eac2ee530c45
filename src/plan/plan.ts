import { SvcError } from '../errors.ts';
import { clashes, unsafeReason } from './path.ts';

export type Content = Uint8Array | string;

/** One path of a plan, relative to its root, folders separated by `/`. */
export type Change =
  | { readonly kind: 'create'; readonly path: string; readonly content: Content; readonly executable?: boolean }
  /** Refused where the file does not hold `expected` any more. */
  | {
      readonly kind: 'replace';
      readonly path: string;
      readonly content: Content;
      readonly expected: Content;
      /** As it was, where this is not said. */
      readonly executable?: boolean;
    }
  /** Refused where the file does not hold `expected` any more. */
  | { readonly kind: 'remove'; readonly path: string; readonly expected: Content }
  /** There already, and as it should be, or not ours to change. */
  | { readonly kind: 'unchanged'; readonly path: string }
  | { readonly kind: 'conflict'; readonly path: string; readonly reason: string };

export type Write = Extract<Change, { kind: 'create' | 'replace' | 'remove' }>;

/** What will be written, as data: shown by `--dry-run`, carried out by `applyPlan`, and nothing else. */
export interface Plan {
  /** Absolute path of the folder that all changes are inside of; it need not exist. */
  readonly root: string;
  readonly changes: readonly Change[];
}

/** Names shown of a long list. */
const NAMED = 10;

/**
 * The changes to write, after every path was checked.
 * @throws SvcError plan/unsafe-path where a path is unsafe or two of them clash, plan/conflict where the plan holds conflicts; all at once
 */
export function writesOf(plan: Plan): readonly Write[] {
  refuseUnsafe(plan.changes.map((change) => change.path));
  const conflicts = plan.changes.filter((change) => change.kind === 'conflict');
  if (conflicts.length > 0) {
    throw new SvcError('plan/conflict', `Nothing was written:\n${listed(conflicts.map(({ path, reason }) => `${path}: ${reason}`))}`, {
      hint: 'Move these files away or choose another folder, then run the command again',
    });
  }
  return plan.changes.filter((change) => change.kind === 'create' || change.kind === 'replace' || change.kind === 'remove');
}

/** @throws SvcError plan/unsafe-path naming every path that must not be written */
export function refuseUnsafe(paths: readonly string[]): void {
  const unsafe = paths.flatMap((path) => {
    const reason = unsafeReason(path);
    return reason === undefined ? [] : [`${JSON.stringify(path)}: ${reason}`];
  });
  const found = unsafe.length > 0 ? unsafe : clashes(paths).map((clash) => `${clash.path} and ${clash.with}: ${clash.reason}`);
  if (found.length === 0) return;
  throw new SvcError('plan/unsafe-path', `Nothing was written, because of paths that are not safe:\n${listed(found)}`, {
    hint: 'These paths come from the template and its answers: use a template that you trust, or tell its author',
  });
}

function listed(lines: readonly string[]): string {
  const more = lines.length > NAMED ? [`… and ${lines.length - NAMED} more`] : [];
  return [...lines.slice(0, NAMED), ...more].map((line) => `  ${line}`).join('\n');
}
