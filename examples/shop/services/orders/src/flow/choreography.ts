import { orderService } from '../order-service.ts';

/** Orders without a coordinator: each participant acts on the events of the others. */
export const createService = orderService({
  needs: {},
  flow: () => ({ coordinated: false, begin: async () => undefined }),
  workers: () => [],
});
