import { service } from '@svckit/chassis';
import { needs } from './needs.ts';
import { userHandlers } from './users/handlers.ts';

/** What this service is made of: its contract, what it needs, and a handler for each operation. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  handlers: userHandlers,
});
