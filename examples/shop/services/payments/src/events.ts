/** What this service tells others and follows of theirs, by type of event. `asyncapi.yaml` describes the data of each, and every event is held to it. */
export interface Events {
  PAYMENT_AUTHORISED: { readonly orderId: string; readonly amount: number };
  PAYMENT_DECLINED: { readonly orderId: string };
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
}
