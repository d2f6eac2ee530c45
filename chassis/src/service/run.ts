import { ConfigError } from '../config/config.ts';
import { createLogger, type Logger } from '../logs/logs.ts';
import { standardOutput } from '../logs/output.ts';
import { type Action, type Event, type State, step } from './lifecycle.ts';
import type { CreateService, RunningService, Service } from './service.ts';

/** `node main.js migrate` brings the service's database up to date and ends, as a deploy does it before a new version is rolled out. */
const MIGRATE = 'migrate';

/**
 * Runs a service as a process of its own: starts it, stops it on SIGTERM or SIGINT, and sets the exit code. Its only use is
 * as the last line of `main.ts`; it resolves when the service has started or ended.
 */
export async function run(createService: CreateService): Promise<void> {
  const output = standardOutput();
  const giveUp = new AbortController();
  const service = createService({ output, signal: giveUp.signal });
  let state: State = { is: 'starting' };
  let running: Stoppable | undefined;

  const carryOut: { readonly [D in Action['do']]: (action: Action & { do: D }) => void } = {
    'give-up-start': () => giveUp.abort(),
    stop: () => void stop(running, handle),
    report: ({ error }) => reportFatal(createLogger(service.identity, output), error),
    exit: ({ code }) => void output.flush().then(() => process.exit(code)),
  };
  function handle(event: Event): void {
    const [next, actions] = step(state, event);
    state = next;
    for (const action of actions) (carryOut[action.do] as (action: Action) => void)(action);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => handle({ type: 'signal' }));
  process.on('uncaughtException', (error) => handle({ type: 'crashed', error }));
  try {
    const migrates = process.argv[2] === MIGRATE;
    running = migrates ? await prepared(service) : await service.start();
    handle({ type: 'started' });
    // All is done, so it ends as if it had been asked to.
    if (migrates) handle({ type: 'signal' });
  } catch (error) {
    handle({ type: 'start-failed', error, configuration: error instanceof ConfigError });
  }
}

type Stoppable = Pick<RunningService, 'stop'>;

/** Nothing is left to be stopped then. */
async function prepared(service: Service): Promise<Stoppable> {
  await service.prepare();
  return { stop: async () => undefined };
}

async function stop(running: Stoppable | undefined, handle: (event: Event) => void): Promise<void> {
  try {
    await running?.stop();
    handle({ type: 'stopped' });
  } catch (error) {
    handle({ type: 'crashed', error });
  }
}

function reportFatal(log: Logger, error: unknown): void {
  if (error instanceof ConfigError) log.fatal({ problems: error.problems }, error.message);
  else log.fatal({ error }, 'failed');
}
