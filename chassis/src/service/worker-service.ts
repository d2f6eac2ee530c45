import type { Fields } from '../config/fields.ts';
import type { Contract } from '../http/contract.ts';
import { createHttpServer } from '../http/server.ts';
import type { Needs, ValuesOf } from './need.ts';
import { type Blueprint, type CreateService, createFrom, type Definition, type Front, type OpenParts } from './service.ts';
import type { Worker } from './worker.ts';

/** What a service is made of that answers nobody: it works on its own, by events or by the clock. */
export interface WorkerDefinition<N extends Needs, F extends Fields> extends Pick<Definition<N, F>, 'name' | 'needs' | 'config'> {
  /** Its AsyncAPI document, or any file beside its package.json. */
  readonly contract: URL;
  /** What it does, from the moment that all it needs is there until it is stopped. */
  workers(...given: Parameters<Definition<N, F>['handlers']>): readonly Worker[];
}

const NO_OPERATIONS: Contract = { document: {}, operations: [] };

/** Defines a service whose port serves health and metrics alone. Nothing happens until what is created from it is started. */
export function worker<const N extends Needs = Readonly<Record<never, never>>, const F extends Fields = Readonly<Record<never, never>>>(
  definition: WorkerDefinition<N, F>,
): CreateService {
  return createFrom(definition.contract, definition.name, (): Blueprint => {
    const known = definition as unknown as WorkerDefinition<Needs, Fields>;
    return {
      needs: known.needs ?? {},
      config: known.config ?? {},
      open: openNothing,
      workers: (needs, tools) => known.workers(needs as ValuesOf<Needs>, tools),
    };
  });
}

async function openNothing(parts: OpenParts): Promise<Front> {
  const server = await createHttpServer({ ...parts, contract: NO_OPERATIONS });
  return { ...server, serve: () => server.serve({}) };
}
