import { bounded } from '../bounded.ts';

export interface CheckResult {
  readonly status: 'ok' | 'unavailable';
  readonly error?: string;
}

export interface HealthBody {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Something that the service needs: rejects where it cannot work now. */
export type Probe = () => Promise<void>;

export const HEALTH_PATHS = ['/health/startup', '/health/live', '/health/ready'] as const;
export type HealthPath = (typeof HEALTH_PATHS)[number];

const PROBE_TIMEOUT_MS = 1_000;
/** Several probers ask no more than one does. */
const FRESH_MS = 1_000;

/** The health of one service, told as it starts, serves and stops. */
export interface Health {
  /** What a need said when it could not be started; undefined once it has started. */
  starting(name: string, error: Error | undefined): void;
  started(probes: Readonly<Record<string, Probe>>): void;
  stopping(): void;
  isStarted(): boolean;
  isStopping(): boolean;
  answer(path: HealthPath): Promise<HealthBody>;
}

/** Health by section 2 of the service contract. `now` is a clock in milliseconds. */
export function createHealth(now: () => number = () => performance.now()): Health {
  const pending = new Map<string, CheckResult>();
  let phase: 'starting' | 'started' | 'stopping' = 'starting';
  let ask: () => Promise<HealthBody> = async () => bodyOf(Object.fromEntries(pending));
  return {
    starting: (name, error) => pending.set(name, error ? { status: 'unavailable', error: error.message } : { status: 'ok' }),
    started(probes) {
      phase = 'started';
      ask = remembered(() => askAll(probes), now);
    },
    stopping() {
      phase = 'stopping';
    },
    isStarted: () => phase !== 'starting',
    isStopping: () => phase === 'stopping',
    async answer(path) {
      if (path === '/health/live') return bodyOf({});
      if (phase === 'starting') return { ...(await ask()), status: 'unavailable' };
      if (path === '/health/startup') return bodyOf({});
      return phase === 'stopping' ? { status: 'unavailable', checks: {} } : ask();
    },
  };
}

async function askAll(probes: Readonly<Record<string, Probe>>): Promise<HealthBody> {
  const results = await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await resultOf(probe)] as const));
  return bodyOf(Object.fromEntries(results));
}

async function resultOf(probe: Probe): Promise<CheckResult> {
  try {
    await bounded(PROBE_TIMEOUT_MS, probe(), () => {
      throw new Error(`no answer within ${PROBE_TIMEOUT_MS} ms`);
    });
    return { status: 'ok' };
  } catch (error) {
    return { status: 'unavailable', error: error instanceof Error ? error.message : String(error) };
  }
}

function bodyOf(checks: HealthBody['checks']): HealthBody {
  return { status: Object.values(checks).every(({ status }) => status === 'ok') ? 'ok' : 'unavailable', checks };
}

/** The last result while it is fresh; one question at a time. */
function remembered<T>(question: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: { readonly answer: Promise<T>; at: number } | undefined;
  return () => {
    if (last && now() - last.at < FRESH_MS) return last.answer;
    const asked = { answer: question(), at: now() };
    last = asked;
    return asked.answer;
  };
}
