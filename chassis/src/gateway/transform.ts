import type { JsonChange } from './routes/types.ts';

type Members = Record<string, unknown>;

/**
 * A JSON value with members renamed, removed and added, in this order; of a list, each element. Members that are not there are
 * passed over. The value is changed in place: nobody else has it.
 */
export function changeJson(value: unknown, change: JsonChange): unknown {
  for (const each of Array.isArray(value) ? value : [value]) if (isObject(each)) changeObject(each, change);
  return value;
}

function changeObject(object: Members, { rename = {}, remove = [], add = {} }: JsonChange): void {
  for (const [from, to] of Object.entries(rename)) {
    const [holder, name] = holderOf(object, from);
    if (!holder || !Object.hasOwn(holder, name)) continue;
    const moved = holder[name];
    delete holder[name];
    put(object, to, moved);
  }
  for (const path of remove) {
    const [holder, name] = holderOf(object, path);
    if (holder) delete holder[name];
  }
  for (const [path, value] of Object.entries(add)) put(object, path, value);
}

/** The object that holds the last step of `customer.email`, where it is there. */
function holderOf(object: Members, path: string): readonly [Members | undefined, string] {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.reduce<unknown>((at, step) => (isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined), object);
  return [isObject(holder) ? holder : undefined, last];
}

/** Makes the objects on the way. The paths of prototypes are refused when the routes are read. */
function put(object: Members, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at = object;
  for (const step of steps) {
    const next = Object.hasOwn(at, step) && isObject(at[step]) ? at[step] : {};
    at[step] = next;
    at = next as Members;
  }
  at[last] = value;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
