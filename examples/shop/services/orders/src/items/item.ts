import type { components } from '../api.ts';

export type Item = components['schemas']['Item'];
export type NewItem = components['schemas']['NewItem'];
export type Page = components['schemas']['Page'];

/** An item as it is stored: what the caller gave, and what only the service knows. */
export function newItem(given: NewItem, id: string, now: Date): Item {
  return { id, ...given, createdAt: now.toISOString() };
}

/** Cuts what was found down to a page. Whoever asks for one item more than `limit` learns whether a page follows. */
export function toPage(found: readonly Item[], limit: number): Page {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return last && found.length > limit ? { items, nextCursor: last.id } : { items };
}
