import { compensateSaga, listSagas, retrySaga, type SagaView } from '../../chassis/src/saga/store.ts';
import type { MendRequest, OpenSaga, SagasRequest } from '../target/local/protocol.ts';
import { type Book, type BookTies, inEach } from './books.ts';
import { hasDatabase } from './environment.ts';

const book: Book = { table: 'svckit.sagas', mayHave: hasDatabase };

/** The most that is shown of one service. */
const MOST = 1_000;

/** Sagas of these services that have not ended, of all where none is named; those that have waited longest first. */
export async function openSagas(ties: BookTies, { stuck, ...wanted }: SagasRequest): Promise<readonly OpenSaga[]> {
  const sagas = await inEach(ties, { ...wanted, book }, async (service, db) => {
    const found = await listSagas(db, { stuck, limit: MOST });
    return found.map((saga) => ({ service, ...onTheWire(saga) }));
  });
  return sagas.flat();
}

/** Has a saga tried at once, or turned back. Returns the names of the services that had one of this id to mend. */
export async function mendSaga(ties: BookTies, { id, how, reason, ...wanted }: MendRequest): Promise<readonly string[]> {
  const mended = await inEach(ties, { ...wanted, book }, async (service, db) => {
    const named = (await listSagas(db, { limit: MOST })).filter((saga) => saga.id === id);
    const done = await Promise.all(
      named.map(({ name }) => (how === 'retry' ? retrySaga(db, { name, id }) : compensateSaga(db, { name, id }, reason))),
    );
    return done.includes(true) ? [service] : [];
  });
  return mended.flat();
}

function onTheWire({ name, id, is, stepName, attempts, lastError, startedAt, dueAt, stuck }: SagaView): Omit<OpenSaga, 'service'> {
  return {
    name,
    id,
    state: is === 'backward' ? 'undoing' : is === 'new' ? 'new' : 'going on',
    attempts,
    stuck,
    since: startedAt.toISOString(),
    ...(stepName !== undefined && { step: stepName }),
    ...(lastError !== undefined && { lastError }),
    ...(dueAt !== undefined && { next: dueAt.toISOString() }),
  };
}
