import { type EventContract, type EventMessage, record, resolve, type Schema } from './contract.ts';

/** A change that would break those who keep to the contract as it was. */
export interface BreakingChange {
  /** The type of the event. */
  readonly type: string;
  /** The place in its data, as in `/items/[]/price`; empty for the event as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * What breaks whom between two versions of a contract. Consumers keep reading what was written before and by older versions, so an
 * event may only gain optional members; what a service sends must stay readable by those who know the old contract, and what it
 * receives must still be accepted where it is written by the old one. A new shape is a new type of event, sent beside the old one.
 */
export function breakingChanges(before: EventContract, after: EventContract): readonly BreakingChange[] {
  return [
    ...compareAll(before.sends, after.sends, { before: before.document, after: after.document, direction: 'send' }),
    ...compareAll(before.receives, after.receives, { before: before.document, after: after.document, direction: 'receive' }),
  ];
}

interface Sides {
  readonly before: Schema;
  readonly after: Schema;
  readonly direction: 'send' | 'receive';
}

type Messages = ReadonlyMap<string, EventMessage>;

function compareAll(before: Messages, after: Messages, sides: Sides): readonly BreakingChange[] {
  return [...before.values()].flatMap((old) => {
    const now = after.get(old.type);
    const whole = (message: string) => [{ type: old.type, path: '', message }];
    if (!now) return sides.direction === 'send' ? whole('is not sent any more') : [];
    if (now.topic !== old.topic) return whole(`has moved from ${old.topic} to ${now.topic}`);
    const found = compare({ sides, path: '', seen: new Set() }, old.payload, now.payload);
    return found.map((change) => ({ type: old.type, ...change }));
  });
}

interface Place {
  readonly sides: Sides;
  readonly path: string;
  /** Pairs of schemas that are being compared: a schema may hold itself. */
  readonly seen: ReadonlySet<string>;
}

type Found = Omit<BreakingChange, 'type'>;

function compare(place: Place, rawOld: unknown, rawNew: unknown): readonly Found[] {
  const pair = `${record(rawOld)['$ref']} ${record(rawNew)['$ref']}`;
  if (pair !== 'undefined undefined' && place.seen.has(pair)) return [];
  const within = { ...place, seen: new Set([...place.seen, pair]) };
  const old = resolve(place.sides.before, rawOld);
  const now = resolve(place.sides.after, rawNew);
  return [
    ...typeChange(place, old, now),
    ...valueChange(place, old, now),
    ...boundChanges(place, old, now),
    ...keywordChanges(place, old, now),
    ...memberChanges(within, old, now),
    ...itemChanges(within, old, now),
  ];
}

function typeChange({ path, sides }: Place, old: Schema, now: Schema): readonly Found[] {
  const [was, is] = [typesOf(old), typesOf(now)];
  const accepts = (types: ReadonlySet<string>, type: string) =>
    types.size === 0 || types.has(type) || (type === 'integer' && types.has('number'));
  // A reader of the old contract must understand all that is sent; a reader of the new one all that was sent.
  const [written, read] = sides.direction === 'send' ? [is, was] : [was, is];
  const fits = written.size === 0 ? read.size === 0 : [...written].every((type) => accepts(read, type));
  return fits ? [] : [{ path, message: `has changed its type from ${nameOf(was)} to ${nameOf(is)}` }];
}

function typesOf({ type }: Schema): ReadonlySet<string> {
  return new Set(type === undefined ? [] : [type].flat().map(String));
}

function nameOf(types: ReadonlySet<string>): string {
  return types.size === 0 ? 'anything' : [...types].join(' or ');
}

function valueChange({ path, sides }: Place, old: Schema, now: Schema): readonly Found[] {
  const [was, is] = [valuesOf(old), valuesOf(now)];
  if (sides.direction === 'send') {
    const added = is?.filter((value) => !was?.includes(value)) ?? [];
    if (was && !is) return [{ path, message: 'may hold any value now' }];
    return was && added.length > 0 ? [{ path, message: `may be ${added.join(' or ')} now` }] : [];
  }
  const gone = was?.filter((value) => !is?.includes(value)) ?? [];
  if (is && !was) return [{ path, message: `must be one of ${is.join(', ')} now` }];
  return is && gone.length > 0 ? [{ path, message: `must not be ${gone.join(' or ')} any more` }] : [];
}

function valuesOf(schema: Schema): readonly string[] | undefined {
  if ('const' in schema) return [JSON.stringify(schema['const'])];
  return Array.isArray(schema['enum']) ? schema['enum'].map((value) => JSON.stringify(value)) : undefined;
}

/** Limits that grow tighter as they grow, and those that grow tighter as they shrink. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const;

/** A sender may only keep to tighter limits, a receiver only to wider ones. */
function boundChanges({ path, sides }: Place, old: Schema, now: Schema): readonly Found[] {
  const [wide, tight] = sides.direction === 'send' ? [now, old] : [old, now];
  const limit = (schema: Schema, name: string, none: number) => (typeof schema[name] === 'number' ? schema[name] : none);
  const broken = [
    ...LOWER.filter((name) => limit(wide, name, Number.NEGATIVE_INFINITY) < limit(tight, name, Number.NEGATIVE_INFINITY)),
    ...UPPER.filter((name) => limit(wide, name, Number.POSITIVE_INFINITY) > limit(tight, name, Number.POSITIVE_INFINITY)),
  ];
  return broken.map((name) => ({ path, message: `has changed its ${name} from ${old[name] ?? 'none'} to ${now[name] ?? 'none'}` }));
}

/** Where it takes more than a look to say whether one includes the other, any change counts. */
const OPAQUE = ['pattern', 'format', 'multipleOf', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else', 'patternProperties'] as const;

function keywordChanges({ path, sides }: Place, old: Schema, now: Schema): readonly Found[] {
  const text = (document: Schema, value: unknown) => JSON.stringify(expanded(document, value, []));
  const changed = OPAQUE.filter((name) => text(sides.before, old[name]) !== text(sides.after, now[name]));
  return changed.map((name) => ({ path, message: `has changed its ${name}` }));
}

/** A schema with all that it refers to put in place. */
function expanded(document: Schema, node: unknown, within: readonly unknown[]): unknown {
  if (Array.isArray(node)) return node.map((item) => expanded(document, item, within));
  if (typeof node !== 'object' || node === null) return node;
  const schema = resolve(document, node);
  if (within.includes(schema)) return within.indexOf(schema);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, expanded(document, value, [...within, schema])]));
}

function memberChanges(place: Place, old: Schema, now: Schema): readonly Found[] {
  const [was, is] = [record(old['properties']), record(now['properties'])];
  const [mustBefore, mustNow] = [requiredOf(old), requiredOf(now)];
  const at = (name: string) => ({ ...place, path: `${place.path}/${name}` });
  const send = place.sides.direction === 'send';
  const gone = Object.keys(was).filter((name) => !(name in is));
  const optional = [...mustBefore].filter((name) => !mustNow.has(name) && name in is);
  const demanded = [...mustNow].filter((name) => !mustBefore.has(name));
  const added = Object.keys(is).filter((name) => !(name in was));
  return [
    ...(send ? gone.map((name) => ({ path: at(name).path, message: 'is gone' })) : []),
    ...(send ? optional.map((name) => ({ path: at(name).path, message: 'may be missing now' })) : []),
    ...(send ? [] : demanded.map((name) => ({ path: at(name).path, message: 'must be there now' }))),
    ...(send && old['additionalProperties'] === false
      ? added.map((name) => ({ path: at(name).path, message: 'is new, and readers refuse what they do not know' }))
      : []),
    ...Object.keys(was).flatMap((name) => (name in is ? compare(at(name), was[name], is[name]) : [])),
  ];
}

function requiredOf({ required }: Schema): ReadonlySet<string> {
  return new Set(Array.isArray(required) ? required.map(String) : []);
}

function itemChanges(place: Place, old: Schema, now: Schema): readonly Found[] {
  if (old['items'] === undefined && now['items'] === undefined) return [];
  return compare({ ...place, path: `${place.path}/[]` }, old['items'] ?? {}, now['items'] ?? {});
}
