import { parseDocument } from 'yaml';

export type Schema = Readonly<Record<string, unknown>>;

/** One type of event that a service sends or receives. */
export interface EventMessage {
  readonly type: string;
  readonly topic: string;
  /** Its data, as JSON Schema. */
  readonly payload: Schema;
}

/** What an AsyncAPI document says of a service. */
export interface EventContract {
  readonly document: Schema;
  readonly sends: ReadonlyMap<string, EventMessage>;
  readonly receives: ReadonlyMap<string, EventMessage>;
}

/** The contract says something that cannot be kept. */
export class EventContractError extends Error {
  override readonly name = 'EventContractError';
}

/**
 * Reads an AsyncAPI 3 document, YAML or JSON. A channel's address is a topic; a message's name, or else its key in the channel, is a
 * type of event; its payload is the data of the event, whose envelope is CloudEvents and needs no description.
 * @throws EventContractError naming the place that is wrong
 */
export function parseEventContract(source: string): EventContract {
  const parsed = parseDocument(source);
  const [broken] = parsed.errors;
  if (broken) throw new EventContractError(`The contract is not valid YAML: ${broken.message}`);
  const document = record(parsed.toJS());
  if (!/^3\.\d+\.\d+/.test(String(document['asyncapi']))) throw new EventContractError('The contract must be an AsyncAPI 3 document');
  return { document, sends: messagesOf(document, 'send'), receives: messagesOf(document, 'receive') };
}

type Action = 'send' | 'receive';

function messagesOf(document: Schema, action: Action): ReadonlyMap<string, EventMessage> {
  const operations = Object.entries(record(document['operations']));
  const messages = operations.flatMap(([name, raw]) => {
    const operation = resolve(document, raw);
    if (operation['action'] !== 'send' && operation['action'] !== 'receive') {
      throw new EventContractError(`The operation ${name} must have the action send or receive`);
    }
    return operation['action'] === action ? operationMessages(document, name, operation) : [];
  });
  const byType = new Map<string, EventMessage>();
  for (const message of messages) {
    const known = byType.get(message.type);
    if (known && known.topic !== message.topic) {
      throw new EventContractError(`${message.type} stands in two channels, ${known.topic} and ${message.topic}: give each event one`);
    }
    byType.set(message.type, message);
  }
  return byType;
}

/** An operation names some messages of its channel, or means all of them. */
function operationMessages(document: Schema, name: string, operation: Schema): readonly EventMessage[] {
  const channel = resolve(document, operation['channel']);
  const topic = channel['address'];
  if (typeof topic !== 'string') throw new EventContractError(`The channel of the operation ${name} has no address`);
  const inChannel = Object.entries(record(channel['messages'])).map(([key, raw]) => ({ key, message: resolve(document, raw) }));
  const chosen = operation['messages'];
  const wanted = Array.isArray(chosen) ? chosen.map((reference) => resolve(document, reference)) : undefined;
  return inChannel
    .filter(({ message }) => !wanted || wanted.includes(message))
    .map(({ key, message }) => ({ type: String(message['name'] ?? key), topic, payload: payloadOf(message, key) }));
}

function payloadOf(message: Schema, key: string): Schema {
  const payload = message['payload'];
  if (typeof payload !== 'object' || payload === null) throw new EventContractError(`The message ${key} has no payload`);
  return record(payload);
}

/** The node itself, or what its `$ref` leads to: the same object for the same place. */
export function resolve(document: Schema, node: unknown, seen: readonly string[] = []): Schema {
  const reference = record(node)['$ref'];
  if (typeof reference !== 'string') return record(node);
  if (!reference.startsWith('#/')) throw new EventContractError(`The contract refers to ${reference}, which is not in this file`);
  if (seen.includes(reference)) throw new EventContractError(`The contract refers in a circle: ${reference}`);
  const steps = reference
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = steps.reduce<unknown>((at, step) => record(at)[step], document);
  if (target === undefined) throw new EventContractError(`The contract refers to ${reference}, which is not there`);
  return resolve(document, target, [...seen, reference]);
}

export function record(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
