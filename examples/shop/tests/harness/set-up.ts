import type { TestProject } from 'vitest/node';
import { buildAll } from './build.ts';
import { startServer } from './databases.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server with a migrated template of each database. */
    readonly server: string;
  }
}

/** Builds all services and migrates all databases, once for all tests. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await buildAll();
  const server = await startServer();
  project.provide('server', server.url);
  return () => server.stop();
}
