import type { Item } from './items/item.ts';

/** What this service tells others, by type of event. `asyncapi.yaml` describes the data of each, and every event is held to it. */
export interface Events {
  ITEM_ADDED: Item;
}
