import { SvcError } from '../../errors.ts';

/** How a program ends that was stopped because it took too long: by SIGTERM, as shells count. */
export const TERMINATED = 143;

/** The source cannot be reached, and nothing of it is in the cache. */
export function unavailable(what: string, reason: string): SvcError {
  return new SvcError('template/unavailable', `Cannot read ${what}: ${reason}`, {
    hint: 'Check its name, the network and whether you may read it; what was read once is used again without a network',
  });
}
