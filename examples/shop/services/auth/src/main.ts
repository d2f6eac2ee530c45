import { run } from '@svckit/chassis';
import { createService } from './service.ts';

await run(createService);
