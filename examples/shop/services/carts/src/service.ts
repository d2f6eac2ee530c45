import { service } from '@svckit/chassis';
import { consumers } from './consumers.ts';
import { handlers } from './handlers.ts';
import { needs } from './needs.ts';

/** What this service is made of: its contract, what it needs, a handler for each operation, and what it follows. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  handlers,
  workers: ({ events }) => [events.consume(consumers)],
});
