import { appendFileSync } from 'node:fs';
import { openEventLog } from '../../chassis/src/events/open-log.ts';

/**
 * A process that uses a log, to be killed: `consume <group> <topic>` writes down what it handles, a line each; `append <topic>
 * <prefix>` appends records of ten keys for ever, and writes down what the log has taken.
 */
const [, , role = '', ...rest] = process.argv;
const file = process.env['HANDLED'] ?? '';
const log = await openEventLog(new URL(process.env['EVENTS_URL'] ?? ''), { leaseMs: Number(process.env['LEASE_MS']) });

if (role === 'consume') {
  const [group = '', topic = ''] = rest;
  log.consume({
    group,
    topics: [topic],
    async handle({ key, value, partition, offset }) {
      appendFileSync(file, `${process.pid} ${key} ${value} ${partition} ${offset}\n`);
    },
    onError: () => {},
  });
} else {
  const [topic = '', prefix = ''] = rest;
  for (let number = 0; ; number += 20) {
    const batch = Array.from({ length: 20 }, (_, index) => ({ topic, key: `k${index % 10}`, value: `${prefix}${number + index}` }));
    await log.append(batch);
    appendFileSync(file, batch.map(({ value }) => `${value}\n`).join(''));
  }
}
