import { events } from '@svckit/chassis/events';
import { postgres } from '@svckit/chassis/postgres';
import type { Events } from './events.ts';

const db = postgres({ migrations: new URL('../migrations/', import.meta.url) });

/** What this service cannot work without: started before its first event, let go of after its last one. */
export const needs = {
  db,
  events: events<Events>({ db, contract: new URL('../asyncapi.yaml', import.meta.url) }),
};
