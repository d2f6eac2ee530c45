import { expect, it } from 'vitest';
import { manifestText, sourceFiles } from './fake-template.ts';
import { checkFiles } from './files.ts';
import { versionFaults, withVersion } from './versions.ts';

const PROPERTIES = 'name: { type: string, default: a }\n        kind: { type: string, enum: [a, b], default: a }';

function templateAt(version: string, properties = PROPERTIES, { required = '', svckit = '' } = {}) {
  const parameters = `  parameters:\n    - title: A\n      required: [${required}]\n      properties:\n        ${properties}`;
  return checkFiles(
    sourceFiles({ 'template.yaml': manifestText({ parameters, svckit }).replace('1.0.0', version), 'files/a': 'a' }),
    'tiny',
  );
}

const history = withVersion({}, templateAt('1.0.0'));

it('asks for a record of a version that has none, and is content with it then', () => {
  expect(versionFaults({}, templateAt('1.0.0'))).toEqual(['version 1.0.0 is not recorded yet']);
  expect(versionFaults(history, templateAt('1.0.0'))).toEqual([]);
});

it('finds a change without a new version', () => {
  expect(versionFaults(history, templateAt('1.0.0', `${PROPERTIES}\n        more: { type: string }`))).toEqual([
    'it changed since version 1.0.0 was recorded: give it a new version',
  ]);
});

it.each([
  ['asks a new question', `${PROPERTIES}\n        more: { type: string }`, 'more', 'input more is a new question'],
  ['forgets an input', 'name: { type: string, default: a }', '', 'input kind is gone'],
  ['takes a value no longer', PROPERTIES.replace('[a, b]', '[a]'), '', 'input kind takes "b" no longer'],
  ['changes a type', PROPERTIES.replace('name: { type: string', 'name: { type: array'), '', 'input name is array'],
  ['has a stricter pattern', PROPERTIES.replace('default: a }\n', "default: a, pattern: '^a' }\n"), '', 'input name has another pattern'],
])('refuses a minor version that %s, and lets a major one', (_, properties, required, fault) => {
  const text = properties.replace('type: array, default: a', 'type: array, default: []');
  const minor = templateAt('1.1.0', text, { required });
  const major = templateAt('2.0.0', text, { required });
  expect(versionFaults(withVersion(history, minor), minor).join()).toContain(`${fault}`);
  expect(versionFaults(withVersion(history, major), major)).toEqual([]);
});

it('lets a minor version ask for more where a default answers', () => {
  const minor = templateAt('1.1.0', `${PROPERTIES}\n        more: { type: string, default: x }`, { required: 'more' });
  expect(versionFaults(withVersion(history, minor), minor)).toEqual([]);
});

it('lets a minor version rename or remove an input where it declares what becomes of the answers', () => {
  const renamed = 'name: { type: string, default: a }\n        sort: { type: string, enum: [x, b], default: b }';
  const moves = (values: string) => `    inputs: [{ in: 1.1.0, from: kind, to: sort${values} }]`;
  const good = templateAt('1.1.0', renamed, { svckit: moves(', values: { a: x }'), required: 'sort' });
  expect(versionFaults(withVersion(history, good), good)).toEqual([]);
  const lossy = templateAt('1.1.0', renamed, { svckit: moves('') });
  expect(versionFaults(withVersion(history, lossy), lossy).join()).toContain('input sort takes "a" no longer');
  const without = templateAt('1.1.0', 'name: { type: string, default: a }', { svckit: '    inputs: [{ in: 1.1.0, removed: kind }]' });
  expect(versionFaults(withVersion(history, without), without)).toEqual([]);
});
