import { existsSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { ConfigError } from '../../config/config.ts';
import type { OwnPage } from '../front.ts';
import { staticPage } from '../pages.ts';
import type { RouteTable } from '../routes/compile.ts';
import type { ApiDocument } from './document.ts';
import { mergeApis } from './merge.ts';

/**
 * `/openapi.yaml` and `/openapi.json`: what the routes expose of their backends' documents, as one.
 * @throws ConfigError where a document cannot be read
 */
export function apiPages(table: RouteTable, folder: URL | undefined): ReadonlyMap<string, OwnPage> {
  const documents = new Map(table.backends.flatMap((name) => documentOf(name, folder)));
  if (documents.size === 0) return new Map();
  const merged = mergeApis(table, documents);
  return new Map([
    ['/openapi.json', staticPage('application/json; charset=utf-8', JSON.stringify(merged))],
    ['/openapi.yaml', staticPage('application/yaml; charset=utf-8', stringify(merged, { aliasDuplicateObjects: false }))],
  ]);
}

function documentOf(name: string, folder: URL | undefined): readonly (readonly [string, ApiDocument])[] {
  if (!folder) return [];
  const file = new URL(`${name}.yaml`, folder);
  if (!existsSync(file)) return [];
  const complain = (message: string) => new ConfigError([{ variable: `apis/${name}.yaml`, message }]);
  let document: ApiDocument | undefined;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw complain(`is not valid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!/^3\.1\./.test(String(document?.openapi))) throw complain('must be an OpenAPI 3.1 document');
  return [[name, document as ApiDocument]];
}
