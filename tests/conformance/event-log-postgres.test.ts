import { testDatabase } from '../../chassis/src/testing/testing.ts';
import { eventLogConformance } from './event-log-suite.ts';

eventLogConformance('PostgreSQL', testDatabase);
