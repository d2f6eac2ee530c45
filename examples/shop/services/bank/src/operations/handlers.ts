import { setTimeout as sleep } from 'node:timers/promises';
import { type Handlers, ok, Problem, unavailable } from '@svckit/chassis';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { countAsk, operate } from './operate.ts';

const LATE_MS = 1_000;

export function handlers({ db }: Needs): Handlers<operations> {
  return {
    async operate({ params: { key }, body }) {
      const isFirst = (await countAsk(db, key)) === 1;
      if (body.card === 'card-down' && isFirst) throw unavailable('The provider is away');
      const outcome = await db.transaction((tx) => operate(tx, key, body));
      if (body.card === 'card-lost' && isFirst) throw new Problem({ status: 504, detail: 'The answer was lost' });
      if (body.card === 'card-slow') await sleep(LATE_MS);
      return ok(outcome);
    },
  };
}
