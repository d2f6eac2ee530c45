import { every, service } from '@svckit/chassis';
import { integer } from '@svckit/chassis/config';
import { consumers } from './consumers.ts';
import { handlers } from './handlers.ts';
import { expireOne } from './holds/holds.ts';
import { needs } from './needs.ts';

/** What this service is made of: its contract, what it needs, a handler for each operation, and what it does beside. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  config: { expireEveryMs: integer('EXPIRE_EVERY_MS', { default: 1000, min: 1 }) },
  handlers,
  workers: (started, { config, log }) => [
    started.events.consume(consumers(started)),
    every(
      { name: 'giving back what has expired', everyMs: config.expireEveryMs, work: () => expireOne(started.db) },
      log,
    ),
  ],
});
