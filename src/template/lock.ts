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
    /** Of a git source: what its tag or branch was. */
    commit: v.optional(v.pipe(v.string(), v.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full commit id'))),
    /** Of an npm source: which version its range or dist-tag was, and the SHA-512 of that package. */
    package: v.optional(v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+[\w.+-]*$/, 'must be a version such as 1.4.0'))),
    integrity: v.optional(v.pipe(v.string(), v.regex(/^sha512-[\w+/]{86}==$/, 'must be "sha512-" and a hash'))),
  }),
  /** In which it was made: what `svc.year` stays. */
  year: v.optional(v.pipe(v.number(), v.integer())),
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
