/** All that the shop has written down, read from the databases of its services. Money is in minor units. */
export interface Books {
  readonly orders: readonly OrderRow[];
  readonly orderLines: readonly LineRow[];
  readonly transitions: readonly TransitionRow[];
  readonly keys: readonly KeyRow[];
  readonly sagas: readonly SagaRow[];
  readonly stock: readonly StockRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly reservations: readonly HeldRow[];
  readonly reservationLines: readonly QuantityRow[];
  readonly coupons: readonly CouponRow[];
  readonly points: readonly PointsRow[];
  readonly pointsLedger: readonly PointsEntry[];
  readonly holds: readonly HoldRow[];
  readonly payments: readonly PaymentRow[];
  readonly ledger: readonly LedgerRow[];
  readonly bank: readonly OperationRow[];
  readonly products: readonly ProductRow[];
  readonly copies: readonly CopyRow[];
  readonly mail: readonly Mail[];
  readonly log: readonly RecordRow[];
  readonly places: readonly PlaceRow[];
}

export interface OrderRow {
  readonly id: string;
  readonly userId: string;
  readonly state: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  readonly total: number;
  /** What is paid; nothing while that is not known. */
  readonly amount: number | null;
  readonly coordinated: boolean;
}

export interface LineRow extends QuantityRow {
  readonly price: number;
}

export interface QuantityRow {
  readonly orderId: string;
  readonly productId: string;
  readonly quantity: number;
}

export interface TransitionRow {
  readonly orderId: string;
  readonly from: string | null;
  readonly to: string;
}

/** An Idempotency-Key, and the order it stands for. */
export interface KeyRow {
  readonly caller: string;
  readonly key: string;
  readonly orderId: string | null;
}

export interface SagaRow {
  readonly id: string;
  readonly is: 'new' | 'forward' | 'backward' | 'done' | 'undone';
  readonly decision: 'confirmed' | 'refused' | null;
}

export interface StockRow {
  readonly productId: string;
  readonly onHand: number;
  readonly reserved: number;
}

export interface DeliveryRow {
  readonly productId: string;
  readonly quantity: number;
}

export interface HeldRow {
  readonly orderId: string;
  readonly state: 'held' | 'refused' | 'committed' | 'released' | 'expired';
}

export interface CouponRow {
  readonly code: string;
  readonly uses: number;
  readonly usesLeft: number;
}

export interface PointsRow {
  readonly userId: string;
  readonly balance: number;
}

export interface PointsEntry {
  readonly userId: string;
  readonly reason: string;
  readonly reference: string;
  readonly change: number;
}

export interface HoldRow {
  readonly orderId: string;
  readonly state: 'held' | 'refused' | 'spent' | 'released' | 'expired';
  readonly coupon: string | null;
  readonly points: number;
  readonly discount: number;
}

export interface PaymentRow {
  readonly orderId: string;
  readonly amount: number;
  readonly state: 'pending' | 'authorised' | 'declined' | 'captured' | 'voided' | 'refunded';
  readonly wanted: 'authorised' | 'captured' | 'voided' | 'refunded';
}

export interface LedgerRow {
  readonly orderId: string;
  readonly operation: MoneyOperation;
  readonly phase: 'REQUEST' | 'SUCCESS' | 'FAILURE';
  readonly amount: number;
}

/** What the provider did: the only money that there is. */
export interface OperationRow {
  readonly key: string;
  readonly kind: MoneyOperation;
  readonly orderId: string;
  readonly amount: number;
  readonly approved: boolean;
}

export type MoneyOperation = 'AUTHORISE' | 'CAPTURE' | 'VOID' | 'REFUND';

export interface ProductRow {
  readonly productId: string;
  readonly name: string;
  readonly price: number;
  readonly version: number;
}

/** A copy of a product that another service keeps. */
export interface CopyRow extends ProductRow {
  readonly keeper: string;
}

/** What a service sent and received. */
export interface Mail {
  readonly service: string;
  /** The types of event that it handles, by topic. */
  readonly receives: Readonly<Record<string, readonly string[]>>;
  readonly outbox: readonly { readonly eventId: string; readonly topic: string; readonly isPublished: boolean }[];
  readonly inbox: readonly { readonly source: string; readonly eventId: string }[];
  readonly deadLetters: readonly { readonly eventId: string | null; readonly type: string | null; readonly cause: string }[];
}

export interface RecordRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Up to where a group has acknowledged a partition. */
export interface PlaceRow {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}
