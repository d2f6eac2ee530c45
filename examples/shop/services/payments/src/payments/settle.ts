import { type HttpClient, path } from '@svckit/chassis/http-client';
import { sql, type Transaction } from '@svckit/chassis/postgres';
import type { Needs } from '../needs.ts';
import { after, nextOperation, type Operation } from './payment.ts';
import { enter, moveOn, type Payment, paymentOf, type Row, takeDue } from './store.ts';

/**
 * Asks the provider until a payment is what it is wanted to be. Several may do so at once: the provider does each operation
 * once for its key, and each answer is entered once.
 * @throws UpstreamError where the provider does not answer: the outcome is not known, and is asked for again
 */
export async function settle(needs: Needs, orderId: string): Promise<Payment> {
  const { db, bank } = needs;
  for (;;) {
    const row = (await paymentOf(db, orderId)) as Row;
    const operation = nextOperation(row.state, row.wanted);
    if (!operation) return { orderId: row.orderId, state: row.state, amount: row.amount };
    await enter(db, row, { operation, phase: 'REQUEST' });
    await answered(needs, row, { operation, approved: await ask(bank, row, operation) });
  }
}

/** Settles one payment that is overdue. False where there is none. */
export async function settleOne(needs: Needs): Promise<boolean> {
  const orderId = await takeDue(needs.db);
  if (orderId !== undefined) await settle(needs, orderId);
  return orderId !== undefined;
}

async function ask(bank: HttpClient, { orderId, amount, card }: Row, operation: Operation): Promise<boolean> {
  const request = { kind: operation, reference: orderId, amount, card };
  const { approved } = await bank.put<{ approved: boolean }>(
    path`/bank/operations/${`${orderId}:${operation}`}`,
    request,
  );
  return approved;
}

interface Answered {
  readonly operation: Operation;
  readonly approved: boolean;
}

async function answered({ db, events }: Needs, row: Row, { operation, approved }: Answered): Promise<void> {
  const next = after(operation, approved);
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT FROM payments WHERE order_id = ${row.orderId} FOR UPDATE`);
    await enter(tx, row, { operation, phase: approved ? 'SUCCESS' : 'FAILURE' });
    const isNews = next !== undefined && (await moveOn(tx, row, next));
    if (isNews && operation === 'AUTHORISE') await tell(events, tx, { row, approved });
  });
  if (!next) throw new Error(`The provider refuses to ${operation} what it authorised for order ${row.orderId}`);
}

interface Outcome {
  readonly row: Row;
  readonly approved: boolean;
}

/** Whether an order can be paid for is told in the transaction that enters the answer. */
async function tell(events: Needs['events'], tx: Transaction, { row: { orderId, amount }, approved }: Outcome) {
  if (approved) await events.publish(tx, { type: 'PAYMENT_AUTHORISED', key: orderId, data: { orderId, amount } });
  else await events.publish(tx, { type: 'PAYMENT_DECLINED', key: orderId, data: { orderId } });
}
