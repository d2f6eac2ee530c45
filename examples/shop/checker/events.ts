import type { Books, CopyRow, Mail, ProductRow, RecordRow } from './books.ts';
import { groupBy, type Invariant } from './violation.ts';

export const E1: Invariant = {
  id: 'E1',
  holds: 'every event that was committed is in the log, and every receiver has handled it, once',
  violations: ({ books, isQuiet }) => [
    ...books.mail.flatMap(twice),
    ...(isQuiet ? books.mail.flatMap((mail) => [...unsent(books, mail), ...unhandled(books, mail), ...dead(mail)]) : []),
  ],
};

function twice({ service, inbox }: Mail) {
  return [...groupBy(inbox, ({ source, eventId }) => `${source} ${eventId}`)]
    .filter(([, entries]) => entries.length > 1)
    .map(([subject]) => ({ subject, message: `handled twice by ${service}` }));
}

function unsent({ log }: Books, { service, outbox }: Mail) {
  const inLog = new Set(log.map(({ eventId }) => eventId));
  return outbox.flatMap(({ eventId: subject, topic, isPublished }) => {
    if (!isPublished) return [{ subject, message: `was never sent by ${service}` }];
    return inLog.has(subject) ? [] : [{ subject, message: `of ${service} is marked as sent, and not in ${topic}` }];
  });
}

function unhandled({ log, places }: Books, { service, receives, inbox }: Mail) {
  const handled = new Set(inbox.map(({ source, eventId }) => `${source} ${eventId}`));
  const next = new Map(places.filter(({ group }) => group === service).map((place) => [`${place.topic} ${place.partition}`, place.next]));
  return log
    .filter(({ topic, type }) => receives[topic]?.includes(type))
    .flatMap((record) => {
      const subject = `${record.type} ${record.key}`;
      if (!handled.has(`${record.source} ${record.eventId}`)) return [{ subject, message: `was never handled by ${service}` }];
      return isAcknowledged(record, next) ? [] : [{ subject, message: `was not acknowledged by ${service}` }];
    });
}

function isAcknowledged({ topic, partition, offset }: RecordRow, next: ReadonlyMap<string, number>): boolean {
  return offset < (next.get(`${topic} ${partition}`) ?? 0);
}

function dead({ service, deadLetters }: Mail) {
  return deadLetters.map(({ type, eventId, cause }) => ({ subject: `${type} ${eventId}`, message: `is a dead letter of ${service}: ${cause}` }));
}

export const E2: Invariant = {
  id: 'E2',
  holds: 'the versions of a product rise, and in the end every copy of it says what the product says',
  violations: ({ books, isQuiet }) => [...falling(books.log), ...(isQuiet ? stale(books.products, books.copies) : [])],
};

/** What is told again keeps its version; what is told anew has a higher one. */
function falling(log: readonly RecordRow[]) {
  const changes = log.filter(({ type }) => type === 'PRODUCT_CHANGED').toSorted((left, right) => left.offset - right.offset);
  return [...groupBy(changes, ({ key }) => key)].flatMap(([subject, records]) => {
    const seen = new Map<string, number>();
    for (const { eventId, data } of records) if (!seen.has(eventId)) seen.set(eventId, Number(data['version']));
    const versions = [...seen.values()];
    const falls = versions.some((version, index) => index > 0 && version <= (versions[index - 1] ?? 0));
    return falls ? [{ subject, message: `its versions are ${versions.join(', ')}` }] : [];
  });
}

function stale(products: readonly ProductRow[], copies: readonly CopyRow[]) {
  const said = new Map(products.map((product) => [product.productId, describe(product)]));
  return copies.flatMap((copy) => {
    const truth = said.get(copy.productId);
    return truth === describe(copy)
      ? []
      : [{ subject: copy.productId, message: `${copy.keeper} says ${describe(copy)}, and products ${truth ?? 'nothing'}` }];
  });
}

function describe({ name, price, version }: ProductRow): string {
  return `${name} for ${price} (${version})`;
}
