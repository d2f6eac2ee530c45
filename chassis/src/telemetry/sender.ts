import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What became of a batch: `rejected` will never be taken, `lost` could not be handed over. */
export type Outcome = 'accepted' | 'rejected' | 'lost';

/** Hands bodies to a receiver. Never rejects: a receiver that is gone is an outcome like any other. */
export interface Sender {
  send(body: string): Promise<Outcome>;
  /** From now on everything is tried once. */
  hurry(): void;
  close(): void;
}

const ATTEMPTS = 3;
const ATTEMPT_TIMEOUT_MS = 3_000;
const FIRST_PAUSE_MS = 250;
/** What OTLP/HTTP names as worth another try. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * Sends OTLP in JSON over one kept connection, by Node's own client: the official exporter takes tens of megabytes.
 * @param endpoint the receiver's base address, without `/v1/traces`
 */
export function otlpSender(endpoint: URL): Sender {
  const target = new URL(`${endpoint.href.replace(/\/$/, '')}/v1/traces`);
  const agent = new (target.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
  const closing = new AbortController();
  return {
    async send(body) {
      for (let tried = 1; ; tried++) {
        const outcome = await post(target, agent, body);
        if (outcome !== 'lost' || tried === ATTEMPTS || closing.signal.aborted) return outcome;
        await sleep(FIRST_PAUSE_MS * 2 ** (tried - 1), undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      }
    },
    hurry: () => closing.abort(),
    close: () => agent.destroy(),
  };
}

function post(target: URL, agent: HttpAgent, body: string): Promise<Outcome> {
  const start = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const request = start(target, { method: 'POST', agent, headers, timeout: ATTEMPT_TIMEOUT_MS }, (response) => {
      response.resume();
      response.on('close', () => resolve(outcomeOf(response.statusCode ?? 0)));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve('lost'));
    request.end(body);
  });
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'accepted';
  return RETRYABLE.has(status) ? 'lost' : 'rejected';
}
