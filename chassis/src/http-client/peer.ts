import { pick, report, startBalancer } from './balancer.ts';
import { CLOSED, type Event, step } from './breaker.ts';
import { deposit, startBudget, withdraw } from './budget.ts';
import type { CallMetrics } from './call-metrics.ts';

/** What is known of one peer: whether it may be called, where, and whether a retry is affordable. */
export interface Peer {
  /** A call begins: it earns a share of a retry. */
  called(): void;
  /** Where to send the next attempt; undefined while the peer is left alone. Each address given out is answered for once. */
  address(): string | undefined;
  answered(address: string, healthy: boolean): void;
  /** Takes one retry from the budget where there is one. */
  mayRetry(): boolean;
}

export interface PeerParts {
  readonly peer: string;
  readonly urls: readonly string[];
  readonly metrics: CallMetrics;
  now(): number;
}

/** Holds the states that breaker, budget and balancer compute. */
export function createPeer({ peer, urls, metrics, now }: PeerParts): Peer {
  let circuit = CLOSED;
  let budget = startBudget(now());
  let balancer = startBalancer(urls);
  const observe = (event: Event) => {
    const [next, actions] = step(circuit, event);
    if ((next.is === 'open') !== (circuit.is === 'open')) metrics.circuit(peer, next.is === 'open');
    circuit = next;
    return actions;
  };
  metrics.circuit(peer, false);
  return {
    called() {
      budget = deposit(budget, now());
    },
    address() {
      if (observe({ type: 'call', at: now() }).some((action) => action.do === 'refuse')) return undefined;
      const [address, after] = pick(balancer, now());
      balancer = after;
      return address;
    },
    answered(address, healthy) {
      observe({ type: healthy ? 'succeeded' : 'failed', at: now() });
      balancer = report(balancer, { url: address, ok: healthy, at: now() });
    },
    mayRetry() {
      const left = withdraw(budget, now());
      budget = left ?? budget;
      return left !== undefined;
    },
  };
}
