import * as v from 'valibot';
import { decode } from '../document/decode.ts';
import { parseYaml } from '../document/yaml.ts';

const reference = v.optional(v.string());

/** The envelope of every Backstage entity, and the fields of `spec` that svckit reads; kinds may carry more. */
const entity = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({
    name: v.pipe(v.string(), v.regex(/^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/, 'expected at most 63 letters, digits, - _ .')),
    namespace: v.optional(v.string()),
    title: v.optional(v.string()),
    description: v.optional(v.string()),
    annotations: v.optional(v.record(v.string(), v.string())),
  }),
  spec: v.optional(
    v.looseObject({
      type: v.optional(v.string()),
      owner: reference,
      system: reference,
      target: v.optional(v.string()),
      targets: v.optional(v.array(v.string())),
    }),
  ),
});

export type Entity = v.InferOutput<typeof entity>;

/**
 * The Backstage entities of a catalog file, in its order.
 * @throws SvcError catalog/invalid with file, line and reason
 */
export function parseEntities(text: string, file: string): readonly Entity[] {
  const source = { text, file, code: 'catalog/invalid' } as const;
  return parseYaml(source)
    .filter((document) => document.value !== null)
    .map((document) => decode(document, entity, source));
}

/** The name in an entity reference: `team-a` of `group:default/team-a` and of `team-a`. */
export function nameOf(reference: string): string {
  return reference.slice(Math.max(reference.indexOf(':'), reference.lastIndexOf('/')) + 1);
}
