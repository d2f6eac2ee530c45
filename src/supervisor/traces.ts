import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { DatabaseServer } from './database.ts';
import { refusal } from './guard.ts';
import { tracesApi } from './telemetry/api.ts';
import { type Handler, otlpReceiver } from './telemetry/receiver.ts';
import { openSpanStore, type SpanStore, STORE_OPTIONS } from './telemetry/store.ts';

const DATABASE = 'svckit_traces';

export interface Traces {
  /** What services get as OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** Answers `/traces` of the control API; starts the database where it is down. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Opens the store ahead of the first span. */
  warmUp(): void;
  close(): Promise<void>;
}

interface Opened {
  readonly store: SpanStore;
  readonly pool: pg.Pool;
  readonly receive: Handler;
  readonly answer: Handler;
}

/** Receives spans on a loopback port of its own, where services need no token, and keeps them in the workspace's database. */
export async function startTraces(database: DatabaseServer, log: (line: string) => void): Promise<Traces> {
  let opening: Promise<Opened> | undefined;
  const opened = () => (opening ??= open(database, log).catch(failed));
  const failed = (error: unknown) => {
    opening = undefined;
    throw error;
  };
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusal(request.headers, port, undefined);
    if (refused) return void response.writeHead(refused.status).end();
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    const ready = await opened().catch(() => undefined);
    if (!ready) return void response.writeHead(503, { 'retry-after': '5' }).end();
    await ready.receive(request, response);
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    answer: async (request, response) => (await opened()).answer(request, response),
    warmUp: () => void opened().catch((error: unknown) => log(`Traces are not kept: ${error instanceof Error ? error.message : error}`)),
    async close() {
      server.close();
      server.closeAllConnections();
      const ready = await opening?.catch(() => undefined);
      await ready?.store.close();
      await ready?.pool.end();
    },
  };
}

async function open(database: DatabaseServer, log: (line: string) => void): Promise<Opened> {
  const pool = new pg.Pool({ connectionString: await database.database(DATABASE), max: 4 });
  pool.on('error', (error) => log(`A connection of the trace store was lost: ${error.message}`));
  const store = await openSpanStore(pool, { ...STORE_OPTIONS, onTrouble: (error) => log(`Spans wait for the database: ${error}`) });
  return { pool, store, receive: otlpReceiver(store), answer: tracesApi(store) };
}
