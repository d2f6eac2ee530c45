import { fakeUpstream, type TestEvents, type UpstreamRequest, type UpstreamRoute } from '@svckit/chassis/testing';

export const buyer = '018f4d5e-0000-7000-8000-000000000001';
export const teapot = '018f4d5e-0000-7000-8000-000000000011';
export const cup = '018f4d5e-0000-7000-8000-000000000012';

/** How the shop around this service behaves. A test may change it at any time. */
export interface Mood {
  stock: 'held' | 'refused';
  coupon: 'held' | 'refused';
  card: 'authorised' | 'declined';
  discount: number;
  /** Who does not answer, and tells nothing. */
  readonly silent: Set<string>;
}

const products = [
  { id: teapot, name: 'teapot', description: '', price: 2500, version: 1 },
  { id: cup, name: 'cup', description: '', price: 700, version: 1 },
];

/** The other services, as far as an order meets them: they answer what they are asked, and tell what happened. */
export async function startShop(events: TestEvents) {
  const mood: Mood = { stock: 'held', coupon: 'held', card: 'authorised', discount: 0, silent: new Set() };
  const asked: string[] = [];
  const answer = ({ method, path }: UpstreamRequest) => {
    const [, service = '', id = ''] = path.split('/');
    if (mood.silent.has(service)) return { hangUp: true };
    if (method !== 'GET') asked.push(`${method} ${path.replace(id, '{id}')}`);
    const bodies: Readonly<Record<string, unknown>> = {
      users: id === buyer ? { id } : undefined,
      products: { items: products },
      reservations: { state: mood.stock },
      holds: { state: mood.coupon, discount: mood.discount, reason: 'The coupon is not valid' },
      payments: { state: path.endsWith(id) ? mood.card : 'captured' },
    };
    return bodies[service] ? { body: bodies[service] } : { status: 404, body: { title: 'Not Found', status: 404 } };
  };
  const peers = await fakeUpstream(new Proxy({}, { get: (): UpstreamRoute => answer }));
  const stopped = new AbortController();
  void tellOf(events, mood, stopped.signal);
  return {
    url: peers.url,
    mood,
    /** What was asked of participants, with `{id}` for the order. */
    asked,
    async stop() {
      stopped.abort();
      await peers.stop();
    },
  };
}

/** Participants that act on the events of orders which nobody coordinates. */
async function tellOf(events: TestEvents, mood: Mood, stopped: AbortSignal): Promise<void> {
  const tell = (topic: string, type: string, data: { readonly orderId: string; readonly [member: string]: unknown }) =>
    mood.silent.has(topic) ? undefined : events.send(topic, { type, key: data.orderId, data });
  while (!stopped.aborted) {
    const event = await events.next('orders').catch(() => undefined);
    const data = event?.data as { readonly orderId: string; readonly amount: number; readonly coordinated: boolean };
    if (!event || data.coordinated) continue;
    const { orderId, amount } = data;
    if (event.type === 'ORDER_CREATED') {
      if (mood.stock === 'held') await tell('inventory', 'STOCK_RESERVED', { orderId });
      else await tell('inventory', 'STOCK_REFUSED', { orderId, reason: 'Out of stock' });
      if (mood.coupon === 'held') await tell('promotions', 'DISCOUNT_HELD', { orderId, discount: mood.discount });
      else await tell('promotions', 'DISCOUNT_REFUSED', { orderId, reason: 'The coupon is not valid' });
    }
    if (event.type === 'ORDER_PRICED') {
      if (mood.card === 'authorised') await tell('payments', 'PAYMENT_AUTHORISED', { orderId, amount });
      else await tell('payments', 'PAYMENT_DECLINED', { orderId });
    }
  }
}
