import { service } from '@svckit/chassis';
import { itemHandlers } from './items/handlers.ts';
import { needs } from './needs.ts';

/** What this service is made of: its contract, what it needs, and a handler for each operation. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  handlers: itemHandlers,
});
