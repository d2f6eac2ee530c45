import type { ValuesOf } from '@svckit/chassis';
import { events } from '@svckit/chassis/events';
import { httpClient } from '@svckit/chassis/http-client';
import { postgres } from '@svckit/chassis/postgres';
import type { Events } from './events.ts';

const db = postgres({ migrations: new URL('../migrations/', import.meta.url) });

/** What this service cannot work without: started before its first request, let go of after its last one. */
export const needs = {
  db,
  events: events<Events>({ db, contract: new URL('../asyncapi.yaml', import.meta.url) }),
  products: httpClient('products'),
};

/** What handlers get of it. */
export type Needs = ValuesOf<typeof needs>;
