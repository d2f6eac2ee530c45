import type { LogOutput } from '../logs/output.ts';
import type { CreateService, RunningService } from '../service/service.ts';

export { CRASH_POINTS, type CrashPoint } from '../crash-point.ts';
export {
  type FakeUpstream,
  fakeUpstream,
  type UpstreamAnswer,
  type UpstreamRequest,
  type UpstreamRoute,
  type UpstreamRoutes,
} from './fake-upstream.ts';
export { type TestDatabase, testDatabase } from './test-database.ts';
export { type TestEvents, testEvents } from './test-events.ts';

/** A service under test, with what it has logged. */
export interface TestService extends RunningService {
  readonly logs: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Starts a service on a free port of 127.0.0.1. Its answers are checked against its contract, and its log lines are kept
 * instead of printed.
 * @param env what it reads beside `PORT` and `HOST`; nothing is taken from the environment of the test
 */
export async function startService(createService: CreateService, env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const logs: Readonly<Record<string, unknown>>[] = [];
  const output: LogOutput = { write: (line) => logs.push(JSON.parse(line)), flush: async () => undefined };
  const service = createService({ env: { PORT: '0', HOST: '127.0.0.1', ...env }, checkResponses: true, output });
  return { ...(await service.start()), logs };
}
