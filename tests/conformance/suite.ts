import { describe } from 'vitest';
import { openHouse } from './house.ts';
import { configuration } from './sections/configuration.ts';
import { health } from './sections/health.ts';
import { limits } from './sections/limits.ts';
import { logs } from './sections/logs.ts';
import { metrics } from './sections/metrics.ts';
import { requestIds } from './sections/request-id.ts';
import { stop } from './sections/stop.ts';
import { traces } from './sections/traces.ts';
import type { Subject } from './subject.ts';

/** Checks a service against docs/service-contract.md, from outside, section by section. */
export function conformance(name: string, subject: Subject): void {
  describe(`${name} keeps the service contract`, () => {
    const house = openHouse(subject);
    for (const section of [configuration, health, metrics, logs, traces, requestIds, limits, stop]) section(house);
  });
}
