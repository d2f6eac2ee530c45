import type { Cluster } from '../../../runtime/runtime.ts';
import { refusal } from './refusal.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (Operations, "read log of the specified Pod") */
export interface LogWanted {
  readonly pod: string;
  readonly container: string;
  /** Of the container before its last restart. */
  readonly previous: boolean;
  readonly follow: boolean;
  /** RFC 3339; the kubelet knows whole seconds. */
  readonly since?: string;
  /** How many of the last lines. */
  readonly lines?: number;
  readonly signal: AbortSignal;
}

/**
 * Asks once for a container's log, each line with its time. Undefined where it has none: it has not started, or is gone.
 * @throws SvcError cluster/unreachable, also while the lines are read; cluster/unauthorized, cluster/forbidden, cluster/refused
 */
export async function openLog(
  { cluster, namespace }: { readonly cluster: Cluster; readonly namespace: string },
  { pod, container, previous, follow, since, lines, signal }: LogWanted,
): Promise<AsyncIterable<string> | undefined> {
  const query = new URLSearchParams({ container, timestamps: 'true' });
  if (previous) query.set('previous', 'true');
  if (follow) query.set('follow', 'true');
  if (since !== undefined) query.set('sinceTime', since);
  if (lines !== undefined) query.set('tailLines', String(lines));
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`;
  const response = await cluster.request({ path, signal, goesOn: true });
  if (response.status === 200) return response.lines();
  const text = await response.text();
  if (response.status === 400 || response.status === 404) return undefined;
  throw refusal({ status: response.status, text }, `the log of ${pod}`);
}
