import { setTimeout as sleep } from 'node:timers/promises';
import { type Handlers, ok, Problem, unavailable } from '@svckit/chassis';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { countAsk, operate } from './operate.ts';

const LATE_MS = 1_000;

export function handlers({ db }: Needs): Handlers<operations> {
  return {
    async operate({ params: { key }, body }) {
      const times = await countAsk(db, key);
      if (times <= troubles(body.card, 'down')) throw unavailable('The provider is away');
      const outcome = await db.transaction((tx) => operate(tx, key, body));
      if (times <= troubles(body.card, 'lost')) throw new Problem({ status: 504, detail: 'The answer was lost' });
      if (body.card === 'card-slow') await sleep(LATE_MS);
      return ok(outcome);
    },
  };
}

/** How many asks for each key meet that trouble: `card-down` one, `card-down-3` three. */
function troubles(card: string, trouble: 'down' | 'lost'): number {
  const [, times = '1'] = new RegExp(`^card-${trouble}(?:-(\\d+))?$`).exec(card) ?? [undefined, '0'];
  return Number(times);
}
