import type { IProbe } from 'kubernetes-models/v1/Probe';
import type { Container, HttpProbe, Probe } from '../../../workload/workload.ts';

export interface Probes {
  readonly startupProbe?: IProbe;
  readonly livenessProbe?: IProbe;
  readonly readinessProbe?: IProbe;
}

/** The service contract, section 2: what a start-up asks, where Score has no word for it. */
const READY = '/health/ready';
const STARTUP = '/health/startup';

/**
 * How often each probe asks, in seconds, and how many failures in a row count. A start may take two minutes; one that hangs later
 * is restarted after half a minute; an instance that cannot serve is out of the Service within six seconds.
 */
const STARTUP_RHYTHM = { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 } as const;
const LIVENESS_RHYTHM = { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 } as const;
const READINESS_RHYTHM = { periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 } as const;

/** The probes of a container that goes on. Until it has started, only the start-up probe asks. */
export function probesOf({ livenessProbe, readinessProbe }: Container): Probes {
  const startup = startupOf(readinessProbe ?? livenessProbe);
  return {
    ...(startup && { startupProbe: { ...handlerOf(startup), ...STARTUP_RHYTHM } }),
    ...(livenessProbe && { livenessProbe: { ...handlerOf(livenessProbe), ...LIVENESS_RHYTHM } }),
    ...(readinessProbe && { readinessProbe: { ...handlerOf(readinessProbe), ...READINESS_RHYTHM } }),
  };
}

/** A container that others wait for to be healthy: the kubelet goes on once the start-up probe has passed. */
export function startupProbeOf({ readinessProbe, livenessProbe }: Container): Probes {
  const asked = readinessProbe ?? livenessProbe;
  return asked ? { startupProbe: { ...handlerOf(asked), ...STARTUP_RHYTHM } } : {};
}

function startupOf(probe: Probe | undefined): Probe | undefined {
  return probe?.httpGet?.path === READY ? { ...probe, httpGet: { ...probe.httpGet, path: STARTUP } } : probe;
}

function handlerOf({ httpGet, exec }: Probe): Pick<IProbe, 'httpGet' | 'exec'> {
  return httpGet ? { httpGet: httpGetOf(httpGet) } : { exec: { command: [...(exec ?? [])] } };
}

/** Pod Security's restricted profile takes no host: the kubelet asks the pod, and Score's host is the Host header of that request. */
function httpGetOf({ path, port, scheme, host, httpHeaders }: HttpProbe): NonNullable<IProbe['httpGet']> {
  const headers = [...(host === undefined ? [] : [{ name: 'Host', value: host }]), ...httpHeaders];
  return { path, port, ...(scheme && { scheme }), ...(headers.length > 0 && { httpHeaders: headers }) };
}
