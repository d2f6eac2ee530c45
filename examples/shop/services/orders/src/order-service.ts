import { type CreateService, every, type Needs as NeedsOf, service, type ValuesOf, type Worker } from '@svckit/chassis';
import { integer } from '@svckit/chassis/config';
import { consumers } from './consumers.ts';
import type { Flow } from './flow/flow.ts';
import { needs, type Needs } from './needs.ts';
import { cancelOverdue } from './orders/decide.ts';
import { orderHandlers } from './orders/handlers.ts';

/** What a style of seeing orders through adds to the service. */
interface Style<N extends NeedsOf> {
  readonly needs: N;
  flow(more: Needs & ValuesOf<N>): Flow;
  workers(more: Needs & ValuesOf<N>): readonly Worker[];
}

/** The order service in one style: its contract, what it needs, its handlers, and what it does beside. */
export function orderService<N extends NeedsOf>(style: Style<N>): CreateService {
  const allOf = (started: unknown) => started as Needs & ValuesOf<N>;
  return service({
    contract: new URL('../openapi.yaml', import.meta.url),
    needs: { ...needs, ...style.needs },
    config: {
      decideWithinMs: integer('DECIDE_WITHIN_MS', { default: 5000, min: 0 }),
      overdueEveryMs: integer('OVERDUE_EVERY_MS', { default: 1000, min: 1 }),
    },
    handlers: (started, { config }) => orderHandlers(allOf(started), style.flow(allOf(started)), config),
    workers: (started, { config, log }) => [
      allOf(started).events.consume(consumers(allOf(started))),
      every(
        {
          name: 'cancelling what was not decided',
          everyMs: config.overdueEveryMs,
          work: () => cancelOverdue(allOf(started)),
        },
        log,
      ),
      ...style.workers(allOf(started)),
    ],
  });
}
