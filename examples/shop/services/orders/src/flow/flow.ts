import type { Transaction } from '@svckit/chassis/postgres';
import type { Placed } from '../orders/order.ts';

/** A style in which orders are seen through. What an order is, and how it is decided, is the same in each. */
export interface Flow {
  /** Whether a coordinator asks the participants. Otherwise they act on the events of the order. */
  readonly coordinated: boolean;
  /** Begins with the transaction that takes the order. */
  begin(tx: Transaction, order: Placed): Promise<void>;
}
