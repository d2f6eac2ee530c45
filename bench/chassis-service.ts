/** The fixture's contract with handlers that do nothing, as a service of its own: its start and its memory are measured. */
import { httpClient } from '../chassis/src/http-client/http-client.ts';
import { noContent, ok, service } from '../chassis/src/index.ts';

const empty = async () => ok({});

const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  name: 'bench',
  needs: { peer: httpClient('peer') },
  handlers: () => ({
    createOrder: empty,
    listOrders: empty,
    getOrder: empty,
    deleteOrder: async () => noContent(),
    askPeer: empty,
    slow: empty,
    fail: empty,
  }),
});

await createService().start();
process.on('message', () => process.send?.({ rss: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit());
process.send?.('ready');
