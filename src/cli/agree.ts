import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** What somebody has to agree to before it is done. */
export interface Agreement {
  /** All that would change, then the question. */
  readonly question: string;
  /** Said on the command line: nobody is asked. */
  readonly yes: boolean;
  /** What to do where nobody is there to answer. */
  readonly hint: string;
}

/**
 * True where somebody saw what would change and agreed to it, false where nobody was to be asked.
 * @throws SvcError input/not-interactive without a terminal, input/cancelled where the answer is no
 */
export async function agree({ question, yes, hint }: Agreement, { terminal, ask }: Pick<Runtime, 'terminal' | 'ask'>): Promise<boolean> {
  if (yes) return false;
  if (!terminal.interactive) throw new SvcError('input/not-interactive', 'Nobody is there to agree to what would change', { hint });
  if (await ask.confirm({ message: question, default: true })) return true;
  throw new SvcError('input/cancelled', 'Nothing was changed', { hint: 'Run the command again when you are ready' });
}
