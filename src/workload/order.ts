import type { Workload } from './workload.ts';

/** Services by name with the names of those they call. */
export type Calls = ReadonlyMap<string, readonly string[]>;

/** The services that a workload calls: its resources of type `service`, by `id` where that differs from the resource's name. */
export function calledBy(workload: Workload): readonly string[] {
  return workload.resources.filter(({ type }) => type === 'service').map(({ id, name }) => id ?? name);
}

/** What each of these services calls; one without a workload calls nothing. */
export function callsOf(services: readonly { readonly name: string; readonly workload: Workload | undefined }[]): Calls {
  return new Map(services.map(({ name, workload }) => [name, workload ? calledBy(workload) : []]));
}

/** The named services and all that they need, directly or not; each with the one that first needed it (undefined where named). */
export function withNeeds(names: readonly string[], calls: Calls): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>(names.map((name) => [name, undefined]));
  for (const name of found.keys()) {
    for (const called of calls.get(name) ?? []) {
      if (calls.has(called) && !found.has(called)) found.set(called, name);
    }
  }
  return found;
}

/**
 * What each service waits for before it starts, circles cut open: of services that call each other in a circle one must go first.
 * Each circle is told once, as the chain that closes it.
 */
export function startOrder(calls: Calls): { readonly waitsFor: Calls; readonly circles: readonly (readonly string[])[] } {
  const waitsFor = new Map<string, readonly string[]>();
  const circles: string[][] = [];
  for (const name of calls.keys()) visit(name, []);
  return { waitsFor, circles };

  function visit(name: string, path: readonly string[]): void {
    if (waitsFor.has(name)) return;
    const open: string[] = [];
    for (const called of calls.get(name) ?? []) {
      if (!calls.has(called)) continue;
      const chain = [...path, name];
      if (chain.includes(called)) circles.push([...chain.slice(chain.indexOf(called)), called]);
      else {
        open.push(called);
        visit(called, chain);
      }
    }
    waitsFor.set(name, open);
  }
}
