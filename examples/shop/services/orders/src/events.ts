/** What this service tells others and follows of theirs, by type of event. `asyncapi.yaml` describes the data of each, and every event is held to it. */
export interface Events {
  ORDER_CREATED: {
    readonly orderId: string;
    readonly userId: string;
    readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
    readonly total: number;
    readonly coupon?: string;
    readonly points?: number;
    readonly coordinated: boolean;
  };
  ORDER_PRICED: {
    readonly orderId: string;
    readonly userId: string;
    readonly amount: number;
    readonly card: string;
    readonly coordinated: boolean;
  };
  ORDER_CONFIRMED: { readonly orderId: string; readonly userId: string; readonly coordinated: boolean };
  ORDER_CANCELLED: {
    readonly orderId: string;
    readonly userId: string;
    readonly reason: string;
    readonly coordinated: boolean;
  };
  STOCK_RESERVED: { readonly orderId: string };
  STOCK_REFUSED: { readonly orderId: string; readonly reason: string };
  DISCOUNT_HELD: { readonly orderId: string; readonly discount: number };
  DISCOUNT_REFUSED: { readonly orderId: string; readonly reason: string };
  PAYMENT_AUTHORISED: { readonly orderId: string; readonly amount: number };
  PAYMENT_DECLINED: { readonly orderId: string };
  PRODUCT_CHANGED: {
    readonly productId: string;
    readonly name: string;
    readonly price: number;
    readonly version: number;
  };
}
