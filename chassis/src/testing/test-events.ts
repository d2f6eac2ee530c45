import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, envelope, type NewEvent, parseEvent } from '../events/event.ts';
import { testDatabase } from './test-database.ts';

const PATIENCE_MS = 10_000;
const LOOK_MS = 10;

/** The log of events that a service under test shares with others, and the part of those others. */
export interface TestEvents {
  /** For `EVENTS_URL`. */
  readonly url: string;
  /** Publishes an event, as another service does. Returns it as it is in the log. */
  send(topic: string, event: NewEvent<string, unknown>): Promise<CloudEvent>;
  /**
   * The next event of a topic, which no earlier call has returned, in the order in which they arrive.
   * @throws Error where none comes within ten seconds
   */
  next(topic: string): Promise<CloudEvent>;
  stop(): Promise<void>;
}

/** A log of events of its own, in a test database. */
export async function testEvents(): Promise<TestEvents> {
  const database = await testDatabase();
  // Loaded only where it is used: its driver is optional.
  const { openEventLog } = await import('../events/open-log.ts');
  const log = await openEventLog(new URL(database.url));
  const follow = (topic: string) => {
    const arrived: CloudEvent[] = [];
    const handle = async ({ value }: { readonly value: string }) => void arrived.push(parseEvent(value));
    return { arrived, consumer: log.consume({ group: `test of ${topic}`, topics: [topic], handle, onError: () => {} }) };
  };
  const topics = new Map<string, ReturnType<typeof follow>>();
  return {
    url: database.url,
    async send(topic, event) {
      const sent = envelope(event, '/test');
      await log.append([{ topic, key: event.key, value: JSON.stringify(sent) }]);
      return sent;
    },
    async next(topic) {
      const followed = topics.get(topic) ?? follow(topic);
      topics.set(topic, followed);
      return first(topic, followed.arrived);
    },
    async stop() {
      await Promise.all([...topics.values()].map(({ consumer }) => consumer.stop()));
      await log.close();
      await database.stop();
    },
  };
}

async function first(topic: string, arrived: CloudEvent[]): Promise<CloudEvent> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const event = arrived.shift();
    if (event) return event;
  }
  throw new Error(`No event of ${topic} within ${PATIENCE_MS / 1000} seconds`);
}
