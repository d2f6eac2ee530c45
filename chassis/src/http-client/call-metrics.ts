import type { Metrics } from '../metrics/metrics.ts';

/** Where calls are counted. */
export interface CallMetrics {
  finished(call: { readonly peer: string; readonly method: string; readonly seconds: number } & CallResult): void;
  circuit(peer: string, open: boolean): void;
}

export type CallResult = { readonly status: number } | { readonly errorType: string };

const made = new WeakMap<Metrics, CallMetrics>();

/** The metrics of calls; all clients of a service share them. */
export function callMetrics(metrics: Metrics): CallMetrics {
  const known = made.get(metrics) ?? createCallMetrics(metrics);
  made.set(metrics, known);
  return known;
}

function createCallMetrics(metrics: Metrics): CallMetrics {
  const duration = metrics.histogram({
    name: 'http_client_request_duration_seconds',
    help: 'Duration of attempts to call other services',
    labels: ['peer', 'http_request_method', 'http_response_status_code', 'error_type'],
  });
  const open = metrics.gauge({ name: 'http_client_circuit_open', help: 'Whether a peer is left alone', labels: ['peer'] });
  return {
    finished({ peer, method, seconds, ...result }) {
      const outcome = 'status' in result ? { http_response_status_code: result.status } : { error_type: result.errorType };
      duration.observe({ peer, http_request_method: method, ...outcome }, seconds);
    },
    circuit: (peer, isOpen) => open.set({ peer }, isOpen ? 1 : 0),
  };
}
