import { gateway } from '@svckit/chassis/gateway';

/** The gateway is what routes.yaml says; this file has nothing to add. */
export const createGateway = gateway({
  routes: new URL('../routes.yaml', import.meta.url),
  apis: new URL('../apis/', import.meta.url),
});
