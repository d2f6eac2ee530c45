import { worker } from '@svckit/chassis';
import { consumers } from './consumers.ts';
import { needs } from './needs.ts';

/** What this service is made of: the events of its contract, what it needs, and a consumer for each event. */
export const createService = worker({
  contract: new URL('../asyncapi.yaml', import.meta.url),
  needs,
  workers: ({ events }) => [events.consume(consumers)],
});
