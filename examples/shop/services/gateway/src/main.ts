import { run } from '@svckit/chassis';
import { createGateway } from './gateway.ts';

await run(createGateway);
