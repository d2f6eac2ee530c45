import { describe, expect, it } from 'vitest';
import { manifestText } from '../fake-template.ts';
import { readManifest } from './read.ts';

const properties = (text: string) => manifestText({ parameters: `  parameters:\n    - title: A\n      properties:\n        ${text}` });
const complaints = (text: string) => readManifest(text).complaints.map(({ line, message }) => `${line}: ${message}`);

it('reads questions in order, with those that depend on others after their page', () => {
  const parameters = `  parameters:
    - title: Delivery
      required: [ci]
      properties:
        ci: { title: Pipeline, type: string, enum: [github, reusable, none], 'ui:widget': radio }
        key: { type: string, 'ui:field': Secret }
      dependencies:
        ci:
          oneOf:
            - properties: { ci: { enum: [github, none] } }
            - required: [workflow]
              properties: { ci: { enum: [reusable] }, workflow: { type: string } }`;
  const { manifest, complaints: found } = readManifest(manifestText({ parameters }));
  expect(found).toEqual([]);
  expect(manifest?.inputs).toMatchObject([
    { name: 'ci', title: 'Pipeline', page: 'Delivery', required: true, secret: false },
    { name: 'key', secret: true, required: false },
    { name: 'workflow', required: true, when: { input: 'ci', values: ['reusable'] } },
  ]);
});

it('needs no questions', () => {
  expect(readManifest(manifestText({ parameters: '' })).manifest?.inputs).toEqual([]);
});

describe('a manifest is refused for its form, with the line, where', () => {
  it.each([
    [
      'a key is misspelt',
      manifestText().replace('  type: service', '  type: service\n  ownr: x'),
      'template.yaml:6: spec.ownr: there is no such key',
    ],
    ['a word of JSON Schema is not known here', properties('a: { type: string, format: date }'), 'format: there is no such key'],
    ['a type is not known', properties('a: { type: object }'), 'spec.parameters.0.properties.a.type'],
    ['a version is none', manifestText().replace('1.0.0', 'one'), 'must be a version'],
    ['a name is none', manifestText().replace('tiny', 'Tiny!'), 'metadata.name'],
    ['a part is missing', manifestText().replace(/ {2}svckit:[\s\S]*/, ''), 'spec.svckit: is missing'],
  ])('%s', (_, text, message) =>
    expect(
      readManifest(text)
        .complaints.map((found) => `${found.file}:${found.line}: ${found.message}`)
        .join('\n'),
    ).toContain(message),
  );

  it('YAML is broken', () => expect(() => readManifest(`${manifestText()}\n  a: [`)).toThrow('template.yaml:'));
});

it('tells what the rest means although a key is misspelt, and stops where the form leaves nothing to go on with', () => {
  const slip = properties("a: { type: string, defualt: x, pattern: '(' }");
  expect(complaints(slip)).toEqual(['9: spec.parameters.0.properties.a.defualt: there is no such key', '9: "(" is no regular expression']);
  const { manifest, complaints: found } = readManifest(slip.replace('version: 1.0.0', 'version: one'));
  expect(manifest).toBeUndefined();
  expect(found).toHaveLength(2);
});

describe('a manifest is refused for its meaning, with the line, where', () => {
  it.each([
    ['a default is none of the values', properties('a: { type: string, enum: [x], default: y }'), '9: the default of "a" must be one of x'],
    ['a default breaks the pattern', properties("a: { type: string, pattern: '^b', default: a }"), '9: the default of "a" must match ^b'],
    ['a pattern is none', properties("a: { type: string, pattern: '(' }"), '9: "(" is no regular expression'],
    ['a secret has a default', properties('a: { type: string, writeOnly: true, default: x }'), '9: "a" is a secret: it has no default'],
    ['a name is a word of the language', properties('json: { type: string }'), '9: "json" cannot be the name'],
    ['a name is no word', properties("'a-b': { type: string }"), '9: "a-b" cannot be the name'],
  ])('%s', (_, text, message) => expect(complaints(text).join('\n')).toContain(message));

  it('a rule asks for a value that never comes', () => {
    const svckit = '    include: [{ paths: [a], when: { database: mysql, token: x, calls: y } }]';
    expect(complaints(manifestText({ svckit })).join('\n')).toMatch(
      /"database" is never "mysql"[\s\S]*"token" is a secret[\s\S]*"calls" is a list/,
    );
  });
});
