import type { ValuesOf } from '@svckit/chassis';
import { postgres } from '@svckit/chassis/postgres';

/** What this service cannot work without: started before its first request, let go of after its last one. */
export const needs = {
  db: postgres({ migrations: new URL('../migrations/', import.meta.url) }),
};

/** What handlers get of it. */
export type Needs = ValuesOf<typeof needs>;
