/** What this service tells others and follows of theirs, by type of event. `asyncapi.yaml` describes the data of each, and every event is held to it. */
export interface Events {
  ORDER_CONFIRMED: { readonly orderId: string; readonly userId: string; readonly coordinated: boolean };
  PRODUCT_CHANGED: {
    readonly productId: string;
    readonly name: string;
    readonly price: number;
    readonly version: number;
  };
}
