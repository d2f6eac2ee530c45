import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { ExecResult, Invocation } from '../runtime.ts';
import { exec, isPlain, notStarted, withText } from './processes.ts';
import type { PlainCall } from './program.ts';
import type { Order, Outcome } from './starter.ts';

/** A starter costs as much as some tens of programs: who starts fewer does without. */
const WORTH_IT = 50;
/** One for each of two cores: more only wait for the large process. */
const STARTERS = 2;

/**
 * Runs programs to their end: the first ones from this process, and when they become many, from small ones made for that.
 * @param program folder of the bundle, which holds `starter.js`
 * @param signal ends them all
 * @param direct how many are started from this process
 */
export function execMany(program: string, signal: AbortSignal, direct = WORTH_IT): (call: Invocation) => Promise<ExecResult> {
  const file = join(program, 'starter.js');
  const starters: Starter[] = [];
  let started = 0;
  return async (call) => {
    started += 1;
    // A signal cannot be sent to another process.
    if (started <= direct || !isPlain(call) || call.signal || !existsSync(file)) return exec(call, signal);
    const index = started % STARTERS;
    if (!starters[index]?.isAlive) starters[index] = new Starter(file, signal);
    return starters[index].exec(call);
  };
}

interface Waiting {
  readonly call: PlainCall;
  resolve(result: ExecResult): void;
  reject(error: SvcError): void;
}

/** One small process that starts programs. It ends with this one, however this one ends. */
class Starter {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(file: string, signal: AbortSignal) {
    this.#child = fork(file, [], {
      execArgv: ['--max-semi-space-size=1'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (outcome: Outcome) => this.#settle(outcome));
    this.#child.on('error', () => this.#lose());
    this.#child.on('exit', () => this.#lose());
    this.#child.unref();
    const stop = () => this.#tell('stop');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    this.#child.once('exit', () => signal.removeEventListener('abort', stop));
  }

  get isAlive(): boolean {
    return this.#child.connected;
  }

  exec(call: PlainCall): Promise<ExecResult> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { call, resolve, reject });
      this.#child.channel?.ref();
      this.#tell({ id, call });
    });
  }

  #tell(order: Order): void {
    // A channel that has just closed is told of by the end of the process.
    if (this.isAlive) this.#child.send(order, () => {});
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.id);
    this.#waiting.delete(outcome.id);
    if (this.#waiting.size === 0) this.#child.channel?.unref();
    if (!waiting) return;
    if ('missing' in outcome) waiting.reject(notStarted(waiting.call, undefined));
    else waiting.resolve(withText(outcome.result));
  }

  #lose(): void {
    for (const { call, reject } of this.#waiting.values()) reject(lost(call));
    this.#waiting.clear();
  }
}

function lost({ command }: PlainCall): SvcError {
  return new SvcError('tool/failed', `The process that ${command} ran in was ended from outside`, {
    hint: 'Run the command again: what was done is kept',
  });
}
