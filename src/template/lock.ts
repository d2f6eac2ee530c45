import * as v from 'valibot';
import { decode } from '../document/decode.ts';
import { parseOneYaml } from '../document/yaml.ts';

const lock = v.strictObject({
  template: v.strictObject({
    name: v.string(),
    version: v.string(),
    /** `sha256:…` over the template's files. */
    digest: v.string(),
    /** Where it came from: `bundled`, a folder's path, a git URL with its ref, an npm package. */
    source: v.string(),
  }),
  /** Never holds a secret input. */
  answers: v.record(v.string(), v.unknown()),
});

/** `.svc/lock.yaml`: which template made a service, in which version, from which answers. Committed with the service. */
export type Lock = v.InferOutput<typeof lock>;

/** Where a service keeps its lock, relative to its folder. */
export const LOCK_PATH = '.svc/lock.yaml';

/**
 * The lock that a service's repository holds: foreign input, checked like any other.
 * @throws SvcError template/invalid with file, line and reason
 */
export function parseLock(text: string, file: string): Lock {
  const source = { text, file, code: 'template/invalid' } as const;
  return decode(parseOneYaml(source), lock, source);
}
