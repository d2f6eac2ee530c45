import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Consumer, EventLog, LogRecord } from '../../chassis/src/events/event-log.ts';
import { openEventLog } from '../../chassis/src/events/open-log.ts';

/** A log that the suite may fill, and how to end it. */
export interface LogServer {
  readonly url: string;
  stop(): Promise<void>;
}

const LEASE_MS = 1_000;
const MEMBER = join(import.meta.dirname, '../../node_modules/.cache/event-log-member.mjs');

/** What every adapter of the event log keeps, whatever it is made of. */
export function eventLogConformance(name: string, start: () => Promise<LogServer>): void {
  describe(`the event log on ${name}`, () => {
    let server: LogServer;
    let log: EventLog;
    let topic = '';
    let topics = 0;
    const consumers: Consumer[] = [];
    const members: ChildProcess[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'svckit-event-log-'));

    beforeAll(async () => {
      await build({
        entryPoints: [join(import.meta.dirname, 'event-log-member.ts')],
        outfile: MEMBER,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
      });
      server = await start();
      log = await openEventLog(new URL(server.url), { leaseMs: LEASE_MS });
    });
    afterEach(async () => {
      for (const member of members.splice(0)) member.kill('SIGKILL');
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
    });
    afterAll(async () => {
      await log.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    });

    const newTopic = () => {
      topic = `topic-${++topics}`;
      return topic;
    };
    const records = (count: number, keys = 7) =>
      Array.from({ length: count }, (_, index) => ({ topic, key: `k${index % keys}`, value: String(index) }));
    const consume = (group: string, handle: (record: LogRecord, signal: AbortSignal) => unknown, at: EventLog = log) => {
      const consumer = at.consume({
        group,
        topics: [topic],
        handle: async (record, signal) => void (await handle(record, signal)),
        onError: () => {},
      });
      consumers.push(consumer);
      return consumer;
    };
    const collect = (group: string) => {
      const seen: LogRecord[] = [];
      const consumer = consume(group, (record) => seen.push(record));
      return { seen, stop: () => consumer.stop() };
    };
    const spawnMember = (...args: readonly string[]) => {
      const file = join(folder, `${args.join('-')}-${members.length}`);
      const env = { ...process.env, EVENTS_URL: server.url, LEASE_MS: String(LEASE_MS), HANDLED: file };
      const member = spawn(process.execPath, [MEMBER, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      members.push(member);
      return { member, lines: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').filter(Boolean) : []) };
    };
    const kill = async (member: ChildProcess) => {
      const exited = once(member, 'exit');
      member.kill('SIGKILL');
      await exited;
    };
    const eventually = (what: () => unknown) => expect.poll(what, { timeout: 15_000, interval: 20 });

    it('gives each group every record, in the order of its key, also what was there before the group', async () => {
      newTopic();
      await log.append(records(100));
      const [one, two] = [collect('one'), collect('two')];
      await eventually(() => one.seen.length).toBe(100);
      await log.append(records(100));
      await eventually(() => [one.seen.length, two.seen.length]).toEqual([200, 200]);
      for (const { seen } of [one, two]) {
        for (const key of new Set(seen.map((record) => record.key))) {
          const values = seen.filter((record) => record.key === key).map(({ value }) => Number(value));
          const half = values.length / 2;
          expect(values).toEqual([...ascending(values.slice(0, half)), ...ascending(values.slice(half))]);
        }
      }
    });

    it('goes on after what was acknowledged, and not before', async () => {
      newTopic();
      await log.append(records(50));
      const first = collect('group');
      await eventually(() => first.seen.length).toBe(50);
      await first.stop();
      await log.append([{ topic, key: 'k0', value: 'new' }]);
      const second = collect('group');
      await eventually(() => second.seen.map(({ value }) => value)).toEqual(['new']);
      expect(await log.lag('another', [topic])).toSatisfy(
        (lags: readonly { records: number }[]) => sum(lags.map((lag) => lag.records)) === 51,
      );
    });

    it('brings the same record again until it is handled, before any later one of its key', async () => {
      newTopic();
      const tried: string[] = [];
      consume('group', ({ value }) => {
        tried.push(value);
        if (tried.length < 3) throw new Error('not yet');
      });
      await log.append([1, 2].map((value) => ({ topic, key: 'same', value: String(value) })));
      await eventually(() => tried).toEqual(['1', '1', '1', '2']);
    });

    it('shares the work of a group, each record to one member, and takes up what a member leaves', async () => {
      newTopic();
      const [one, two] = [collect('group'), collect('group')];
      let written = 0;
      const append = async () => {
        await log.append(Array.from({ length: 40 }, (_, key) => ({ topic, key: `k${key}`, value: String(written++) })));
      };
      const handled = () => new Set([...one.seen, ...two.seen].map(({ value }) => value)).size;
      const bothWork = async () => {
        await append();
        return one.seen.length > 0 && two.seen.length > 0;
      };
      await eventually(bothWork).toBe(true);
      await eventually(handled).toBe(written);
      await one.stop();
      await append();
      await eventually(handled).toBe(written);
    });

    it('does not let a slow record hold up the other partitions', async () => {
      newTopic();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const seen = new Set<string>();
      consume('group', async ({ key }) => {
        if (key === 'slow') await held;
        seen.add(key);
      });
      await log.append(['slow', ...Array.from({ length: 30 }, (_, index) => `k${index}`)].map((key) => ({ topic, key, value: '' })));
      await eventually(() => seen.size).toBeGreaterThan(15);
      expect(seen.has('slow')).toBe(false);
      release();
      await eventually(() => seen.size).toBe(31);
    });

    it('loses nothing of writers who append at once, and leaves no gap', async () => {
      newTopic();
      const { seen } = collect('group');
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          for (let batch = 0; batch < 5; batch++) await log.append(records(10));
        }),
      );
      await eventually(() => seen.length).toBe(1_000);
      for (const partition of new Set(seen.map((record) => record.partition))) {
        const offsets = seen.filter((record) => record.partition === partition).map(({ offset }) => offset);
        expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
      }
    });

    it('carries ten thousand records', async () => {
      newTopic();
      const { seen } = collect('group');
      const all = records(10_000, 100);
      for (let from = 0; from < all.length; from += 500) await log.append(all.slice(from, from + 500));
      await eventually(() => seen.length).toBe(10_000);
      expect(new Set(seen.map(({ value }) => value)).size).toBe(10_000);
    });

    it('has another member go on where one was killed, and loses nothing that a killed writer was told is kept', async () => {
      newTopic();
      const victim = spawnMember('consume', 'group', topic);
      const heir = spawnMember('consume', 'group', topic);
      const writer = spawnMember('append', topic, 'w');
      await eventually(() => victim.lines().length > 50 && heir.lines().length > 50).toBe(true);
      await kill(victim.member);
      await kill(writer.member);
      const kept = writer.lines();
      const handled = () => new Set([...victim.lines(), ...heir.lines()].map((line) => line.split(' ')[2]));
      await eventually(() => kept.filter((value) => !handled().has(value)).length).toBe(0);
      assertOrder(victim.lines());
      assertOrder(heir.lines());
    });
  });
}

/** Within a member a key's records never go backwards: an offset that comes again would have been acknowledged too early or too late. */
function assertOrder(lines: readonly string[]): void {
  const last = new Map<string, number>();
  for (const line of lines) {
    const [, , , partition = '', offset] = line.split(' ');
    expect(Number(offset)).toBeGreaterThan(last.get(partition) ?? -1);
    last.set(partition, Number(offset));
  }
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((left, right) => left - right);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
