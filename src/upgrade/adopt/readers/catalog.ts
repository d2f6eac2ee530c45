import { nameOf } from '../../../catalog/entity.ts';
import { parseYaml, type YamlDocument } from '../../../document/yaml.ts';
import { type Evidence, evidence, isRecord, type Reader } from '../evidence.ts';

/** Backstage's entry: whoever keeps one has said there what the service is called and whose it is. */
export const catalogReader: Reader = {
  files: ['catalog-info.yaml', 'catalog-info.yml'],
  of: 'service',
  read(text, file) {
    const documents = parseYaml({ text, file, code: 'catalog/invalid' });
    const component = documents.find(({ value }) => isRecord(value) && value['kind'] === 'Component');
    return component ? fromComponent(component, file) : [];
  },
};

function fromComponent(component: YamlDocument, file: string): readonly Evidence[] {
  const at = (...path: string[]) => `${file}:${component.lineOf(path)}`;
  const text = (...path: string[]) => {
    const value = valueAt(component.value, path);
    return typeof value === 'string' ? value : '';
  };
  const dependencies = valueAt(component.value, ['spec', 'dependsOn']);
  const calls = [dependencies].flat().flatMap((each) => (typeof each === 'string' && /^component:/i.test(each) ? [nameOf(each)] : []));
  return [
    ...evidence('name', text('metadata', 'name'), at('metadata', 'name')),
    ...evidence('description', oneLine(text('metadata', 'description')), at('metadata', 'description')),
    ...evidence('owner', nameOf(text('spec', 'owner')), at('spec', 'owner')),
    ...evidence('system', nameOf(text('spec', 'system')), at('spec', 'system')),
    ...(calls.length > 0 ? [{ input: 'calls', value: calls, source: at('spec', 'dependsOn') }] : []),
  ];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
