import type { IncomingMessage, ServerResponse } from 'node:http';
import { SvcError } from '../../errors.ts';
import { type Otlp, readOtlp } from '../../trace/otlp.ts';
import { collectBody, inflateBody, Refusal } from './body.ts';
import { isModestJson } from './json-guard.ts';
import { RECEIVER_LIMITS, type ReceiverLimits } from './limits.ts';
import { decodeExportRequest, encodeExportResponse, encodeStatus, TooManyMessages } from './protobuf.ts';
import { rowsOf } from './rows.ts';
import type { SpanStore } from './store.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Outcome {
  readonly rejected: number;
  readonly message: string;
}

/** One of OTLP's two encodings. */
interface Format {
  readonly contentType: string;
  parse(body: Uint8Array, limits: ReceiverLimits): unknown;
  reply(outcome: Outcome): Uint8Array | string;
  failure(status: { readonly code: number; readonly message: string }): Uint8Array | string;
}

const FORMATS: readonly Format[] = [
  {
    contentType: 'application/json',
    parse: parseJson,
    reply: ({ rejected, message }) =>
      JSON.stringify(rejected > 0 ? { partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } } : {}),
    failure: (status) => JSON.stringify(status),
  },
  { contentType: 'application/x-protobuf', parse: parseProtobuf, reply: encodeExportResponse, failure: encodeStatus },
];
/** Deeper than any OTLP document needs. */
const DEEPEST_JSON = 64;

/**
 * The OTLP/HTTP receiver: `POST /v1/traces` in JSON and protobuf, plain and gzipped. What is right is kept, what is wrong is
 * rejected span by span; hostile input is refused before it costs memory. Never rejects: every failure is an answer.
 */
export function otlpReceiver(store: Pick<SpanStore, 'add'>, limits: ReceiverLimits = RECEIVER_LIMITS): Handler {
  let inHand = 0;
  const inTurn = oneAtATime();
  return async (request, response) => {
    const format = formatOf(request);
    inHand++;
    try {
      if (inHand > limits.concurrent) throw new Refusal(503, 'Too many requests at a time: come back in a second');
      const outcome = await receive(request, { store, limits, format, inTurn });
      send(response, 200, { format, body: format.reply(outcome) });
    } catch (error) {
      refuse(response, error instanceof Refusal ? error : new Refusal(500, 'The receiver failed'), format);
    } finally {
      inHand--;
    }
  };
}

interface Reception {
  readonly store: Pick<SpanStore, 'add'>;
  readonly limits: ReceiverLimits;
  readonly format: Format;
  readonly inTurn: InTurn;
}

async function receive(request: IncomingMessage, { store, limits, format, inTurn }: Reception): Promise<Outcome> {
  checkAddress(request);
  checkRoute(request);
  const body = await collectBody(request, limits);
  return await inTurn(async () => {
    const inflated = await inflateBody(body, request.headers['content-encoding'] ?? 'identity', limits);
    return take(store, format.parse(inflated, limits));
  });
}

function take(store: Reception['store'], document: unknown): Outcome {
  const { spans, rejected, problems } = read(document);
  const { rows, tooLarge } = rowsOf(spans);
  store.add(rows);
  const messages = tooLarge > 0 ? [...problems, `${tooLarge} spans are too large`] : problems;
  return { rejected: rejected + tooLarge, message: messages.join('; ') };
}

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Inflated bodies are large: however many requests come, one is in memory. */
function oneAtATime(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Only programs on this machine talk to the receiver: a page in a browser sends an Origin, a rebound name another Host. */
function checkAddress({ headers }: IncomingMessage): void {
  if (headers.origin !== undefined) throw new Refusal(403, 'Browsers may not send traces here');
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(headers.host ?? ''))
    throw new Refusal(403, 'The Host header must be a loopback address');
}

function checkRoute({ method, url, headers }: IncomingMessage): void {
  if (url?.split('?')[0] !== '/v1/traces') throw new Refusal(404, 'Only traces are received, at POST /v1/traces');
  if (method !== 'POST') throw new Refusal(405, 'Traces are received by POST');
  if (!FORMATS.some(({ contentType }) => contentType === mediaType(headers['content-type']))) {
    throw new Refusal(415, `Content-Type must be ${FORMATS.map(({ contentType }) => contentType).join(' or ')}`);
  }
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Answers are in the request's own encoding (OTLP/HTTP, "Response"); JSON where it has none. */
function formatOf({ headers }: IncomingMessage): Format {
  const [json] = FORMATS as readonly [Format, ...Format[]];
  return FORMATS.find(({ contentType }) => contentType === mediaType(headers['content-type'])) ?? json;
}

function parseJson(body: Uint8Array, { values }: ReceiverLimits): unknown {
  if (!isModestJson(body, { values, depth: DEEPEST_JSON }))
    throw new Refusal(413, `The body holds more than ${values} values, or is too deep`);
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
}

function parseProtobuf(body: Uint8Array, { values }: ReceiverLimits): unknown {
  try {
    return decodeExportRequest(body, values);
  } catch (error) {
    if (error instanceof TooManyMessages) throw new Refusal(413, `The body holds more than ${values} messages`);
    throw new Refusal(400, `The body is no ExportTraceServiceRequest: ${error instanceof Error ? error.message : error}`);
  }
}

function read(document: unknown): Otlp {
  try {
    return readOtlp(document);
  } catch (error) {
    if (error instanceof SvcError) throw new Refusal(400, error.message);
    throw error;
  }
}

/** google.rpc.Code by HTTP status: invalid argument, permission denied, not found, resource exhausted, internal, unavailable. */
const RPC_CODES: Readonly<Record<number, number>> = { 403: 7, 404: 5, 413: 8, 500: 13, 503: 14 };
const INVALID_ARGUMENT = 3;

function refuse(response: ServerResponse, { status, message }: Refusal, format: Format): void {
  // What is left of the body is not read: the connection cannot be used again.
  response.setHeader('Connection', 'close');
  if (status === 503) response.setHeader('Retry-After', '1');
  if (status === 405) response.setHeader('Allow', 'POST');
  send(response, status, { format, body: format.failure({ code: RPC_CODES[status] ?? INVALID_ARGUMENT, message }) });
}

function send(
  response: ServerResponse,
  status: number,
  { format, body }: { readonly format: Format; readonly body: Uint8Array | string },
): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': format.contentType, 'X-Content-Type-Options': 'nosniff' });
  response.end(body);
}
