import { stringify } from 'yaml';
import type { KubernetesObject } from './object.ts';

/** Objects as a file of several YAML documents, as kubectl reads it: by YAML 1.1, where `yes` and `0700` need quotes to be texts. */
export function yamlOf(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}
