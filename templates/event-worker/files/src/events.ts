/** What this service is told, by type of event. `asyncapi.yaml` describes the data of each, and every event is held to it. */
export interface Events {
  ITEM_ADDED: { id: string; name: string };
}
