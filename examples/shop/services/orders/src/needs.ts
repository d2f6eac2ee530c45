import { createWaiting, type Need, type ValuesOf, type Waiting } from '@svckit/chassis';
import { events } from '@svckit/chassis/events';
import { httpClient } from '@svckit/chassis/http-client';
import { idempotency } from '@svckit/chassis/idempotency';
import { postgres } from '@svckit/chassis/postgres';
import type { Events } from './events.ts';

const db = postgres({ migrations: new URL('../migrations/', import.meta.url) });

/** Where those wait who placed an order, until it is decided. */
const decisions: Need<Waiting> = { fields: {}, start: async () => ({ value: createWaiting() }) };

/** What this service cannot work without: started before its first request, let go of after its last one. */
export const needs = {
  db,
  events: events<Events>({ db, contract: new URL('../asyncapi.yaml', import.meta.url) }),
  once: idempotency({ db }),
  decisions,
  users: httpClient('users'),
  products: httpClient('products'),
};

/** What handlers get of it. */
export type Needs = ValuesOf<typeof needs>;
