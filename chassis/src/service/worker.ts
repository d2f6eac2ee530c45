import type { Logger } from '../logs/logs.ts';

/** What a service does beside answering requests: it handles events, publishes them, looks after what has expired. */
export interface Worker {
  /** Called once everything that the service needs has started. */
  start(): void;
  /** Finishes what is in hand. What the service needs is still there. */
  stop(): Promise<void>;
}

export function startWorkers(workers: readonly Worker[]): void {
  for (const worker of workers) worker.start();
}

/** One that fails to stop does not keep the others from it. */
export async function stopWorkers(workers: readonly Worker[], log: Logger): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop().catch((error) => log.warn({ error }, 'a worker did not stop cleanly'))));
}
