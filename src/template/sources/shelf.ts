/** What was read already. One for a run: then a source is asked once, however many services came from it. */
export interface Shelf {
  /** What `make` made under this key, a failure too. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

export function newShelf(): Shelf {
  const kept = new Map<string, Promise<unknown>>();
  return {
    once<T>(key: string, make: () => Promise<T>): Promise<T> {
      const known = kept.get(key) as Promise<T> | undefined;
      if (known) return known;
      const made = make();
      kept.set(key, made);
      return made;
    },
  };
}
