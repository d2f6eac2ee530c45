import { crashSuite } from './harness/crash-suite.ts';

await crashSuite('orchestration');
