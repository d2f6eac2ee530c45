import { every, service } from '@svckit/chassis';
import { integer } from '@svckit/chassis/config';
import { needs } from './needs.ts';
import { consumers } from './payments/consumers.ts';
import { paymentHandlers } from './payments/handlers.ts';
import { settleOne } from './payments/settle.ts';
import { settling } from './payments/settling.ts';

/** What this service is made of: its contract, what it needs, a handler for each operation, and what it does beside. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  config: { settleEveryMs: integer('SETTLE_EVERY_MS', { default: 1000, min: 1 }) },
  handlers: paymentHandlers,
  workers: (started, { config, log }) => {
    const settlement = settling(started, { log });
    return [
      settlement,
      started.events.consume(consumers(settlement)),
      every({ name: 'settling payments', everyMs: config.settleEveryMs, work: () => settleOne(started) }, log),
    ];
  },
});
