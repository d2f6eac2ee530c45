/** Where a service can be put: this machine now, clusters and GitOps repositories beside it. What every target can do. */
export interface Target<Plan, Event, Status> {
  /** What a deploy would change, without changing anything. */
  plan(services: readonly string[]): Promise<Plan>;
  /** Carries it out, telling what happens as it happens. */
  apply(services: readonly string[]): AsyncIterable<Event>;
  status(): Promise<Status>;
  /** What services say: the last lines of each, then what follows where that is wanted. */
  logs(wanted: LogsWanted): AsyncIterable<{ readonly service: string; readonly line: string }>;
}

export interface LogsWanted {
  /** All where none is named. */
  readonly services: readonly string[];
  /** How many of the last lines of each service come first. */
  readonly lines: number;
  readonly follow: boolean;
}
