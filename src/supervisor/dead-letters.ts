import { listDeadLetters, replayDeadLetters } from '../../chassis/src/events/dead-letters.ts';
import type { DeadLetter, LettersRequest, Replayed, ReplayRequest } from '../target/local/protocol.ts';
import { type Book, type BookTies, inEach } from './books.ts';
import { hasEvents } from './environment.ts';

/** The most that is shown of one service. */
const MOST = 1_000;

const book: Book = { table: 'svckit.dead_letters', mayHave: hasEvents };

/** The dead letters of these services, of all that have events where none is named; the oldest of each service first. */
export async function deadLetters(ties: BookTies, wanted: LettersRequest): Promise<readonly DeadLetter[]> {
  const letters = await inEach(ties, { ...wanted, book }, async (service, db) => {
    const found = await listDeadLetters(db, MOST);
    return found.map(({ id, topic, type, key, cause, attempts, deadAt, replaying }): DeadLetter => {
      return { service, id, topic, key, cause, attempts, since: deadAt.toISOString(), replaying, ...(type !== undefined && { type }) };
    });
  });
  return letters.flat();
}

/** Asks these services to handle dead letters again, in order: the one that is named with all of its key, else all. */
export function replay(ties: BookTies, { id, ...wanted }: ReplayRequest): Promise<readonly Replayed[]> {
  return inEach(ties, { ...wanted, book }, async (service, db) => ({
    service,
    letters: await replayDeadLetters(db, id === undefined ? {} : { id }),
  }));
}
