import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SvcError } from '../errors.ts';
import type {
  DeployRequest,
  DownRequest,
  LettersRequest,
  MendRequest,
  ReplayRequest,
  SagasRequest,
  SystemEvent,
  UpRequest,
  WireError,
} from '../target/local/protocol.ts';
import { refusal } from './guard.ts';
import type { LocalSystem } from './local-system.ts';

type Handle = (call: Call) => Promise<void>;

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly system: LocalSystem;
}

/** A reader takes a stream that is silent for minutes for dead: an empty line says that it is not. */
const BEAT_MS = 30_000;
const LARGEST_BODY = 1024 * 1024;

const ROUTES: Readonly<Record<string, Handle>> = {
  'GET /system': async ({ response, system }) => json(response, 200, system.status()),
  'GET /plan': async ({ response, system, query }) => json(response, 200, await system.plan(query.getAll('service'))),
  'POST /deploy': async (call) => {
    const wanted = (await bodyOf(call.request)) as DeployRequest;
    const tell = stream(call.response);
    await call.system.deploy(wanted, tell).catch((error: unknown) => tell({ type: 'error', error: wireError(error) }));
    call.response.end();
  },
  'POST /up': async (call) => {
    const wanted = (await bodyOf(call.request)) as UpRequest;
    const left = new Promise<void>((resolve) => call.response.once('close', resolve));
    const tell = stream(call.response);
    await call.system.up(wanted, { tell, left }).catch((error: unknown) => tell({ type: 'error', error: wireError(error) }));
    call.response.end();
  },
  'POST /down': async ({ request, response, system }) => {
    const { services, forget } = (await bodyOf(request)) as DownRequest;
    json(response, 200, { ended: await system.down(services, forget) });
  },
  'POST /letters': async ({ request, response, system }) =>
    json(response, 200, await system.deadLetters((await bodyOf(request)) as LettersRequest)),
  'POST /letters/replay': async ({ request, response, system }) =>
    json(response, 200, await system.replay((await bodyOf(request)) as ReplayRequest)),
  'POST /sagas': async ({ request, response, system }) =>
    json(response, 200, await system.openSagas((await bodyOf(request)) as SagasRequest)),
  'POST /sagas/mend': async ({ request, response, system }) =>
    json(response, 200, await system.mendSaga((await bodyOf(request)) as MendRequest)),
  'GET /logs': async ({ response, system, query }) => {
    const tell = stream<unknown>(response);
    const left = new Promise<void>((resolve) => response.once('close', resolve));
    await system.logs(
      { services: query.getAll('service'), lines: Number(query.get('lines') ?? 100), follow: query.has('follow') },
      { tell, left },
    );
    response.end();
  },
};

export interface Control {
  readonly url: string;
  close(): void;
}

/** The control API, on a loopback port that the system chooses. Every request needs the token. */
export async function startControl(system: LocalSystem, token: string): Promise<Control> {
  const server = createServer((request, response) => void answer({ server, system, token }, request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Guarded {
  readonly server: Server;
  readonly system: LocalSystem;
  readonly token: string;
}

async function answer({ server, system, token }: Guarded, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = refusal(request.headers, portOf(server), token);
  if (refused)
    return json(response, refused.status, { error: { code: 'local/unavailable', message: refused.reason, hint: 'Use the svc command' } });
  system.touch();
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/traces' || pathname.startsWith('/traces/')) return await system.traces.answer(request, response);
    const handle = ROUTES[`${request.method} ${pathname}`];
    if (!handle)
      return json(response, 404, {
        error: { code: 'local/unavailable', message: `There is no ${pathname}`, hint: 'Run: svc down, then try again' },
      });
    await handle({ request, response, system, query: searchParams });
  } catch (error) {
    if (response.headersSent) response.destroy();
    else json(response, error instanceof SvcError ? 409 : 500, { error: wireError(error) });
  }
}

function wireError(error: unknown): WireError {
  if (error instanceof SvcError) return { code: error.code, message: error.message, hint: error.hint };
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'local/failed',
    message: `The background process met a bug: ${message}`,
    hint: 'Please report it with the output of: svc logs supervisor',
  };
}

/** One JSON object a line; nothing is written to a reader that has left. */
function stream<Item = SystemEvent>(response: ServerResponse): (item: Item) => void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const beat = setInterval(() => response.write('\n'), BEAT_MS);
  response.once('close', () => clearInterval(beat));
  return (item) => {
    if (!response.destroyed && !response.writableEnded) response.write(`${JSON.stringify(item)}\n`);
  };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new SvcError('input/invalid', 'The request is too large', { hint: 'Start svc from a shell with a smaller environment' });
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
