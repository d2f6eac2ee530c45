import type { Transaction } from '../postgres/database.ts';
import type { Plan } from './machine.ts';

/** Thrown by a step that will never succeed, for a reason of business: the saga turns back. Any other error only delays it. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** What a step is given. */
export interface StepCall<Data> {
  readonly id: string;
  readonly data: Data;
  /** The same for every attempt at this step, and another one for its undoing: pass it on as the idempotency key. */
  readonly key: string;
  /** Ends when the time for this attempt is over. */
  readonly signal: AbortSignal;
}

type Outcome<Data> = Promise<Partial<Data>> | Promise<void>;

/** A step at another service. It may be asked more than once, with the same key. */
export interface SagaStep<Data> {
  readonly name: string;
  /** What it resolves with is added to the saga's data. */
  act(call: StepCall<Data>): Outcome<Data>;
}

/** A step that can be taken back. Its undoing must bear that the step never happened, and must keep a late one from happening. */
export interface UndoableStep<Data> extends SagaStep<Data> {
  undo?(call: StepCall<Data>): Outcome<Data>;
  /** After this the saga turns back, in milliseconds; default 30,000. */
  readonly deadlineMs?: number;
}

/**
 * A saga: up to the pivot everything can be taken back, the pivot decides in the service's own database, and what comes after it is
 * repeated until it is done.
 */
export interface SagaDefinition<Data> {
  readonly before: readonly UndoableStep<Data>[];
  readonly pivot: {
    readonly name: string;
    /**
     * Committed together with the saga's state.
     * @throws Refused where it cannot be done any more
     */
    act(tx: Transaction, saga: SagaAt<Data>): Outcome<Data>;
  };
  readonly after: readonly SagaStep<Data>[];
  /** What the saga's turning back means to the service: committed together with its state, before anything is undone. */
  refused?(tx: Transaction, saga: SagaAt<Data> & { readonly reason: string }): Promise<void>;
}

export interface SagaAt<Data> {
  readonly id: string;
  readonly data: Data;
}

const DEADLINE_MS = 30_000;

/** The definition as the machine knows it. */
export function planOf<Data>({ before, after }: SagaDefinition<Data>, claimMs: number): Plan {
  const lasting = { undoable: false, deadlineMs: DEADLINE_MS };
  return {
    steps: [
      ...before.map(({ undo, deadlineMs = DEADLINE_MS }) => ({ undoable: undo !== undefined, deadlineMs })),
      lasting,
      ...after.map(() => lasting),
    ],
    pivot: before.length,
    claimMs,
  };
}

/** The name of each step, by its index. */
export function stepNames<Data>({ before, pivot, after }: SagaDefinition<Data>): readonly string[] {
  return [...before, pivot, ...after].map(({ name }) => name);
}
