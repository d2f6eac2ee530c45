import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../runtime/fake-runtime.ts';
import { completeAnswers, storedAnswers } from './answers.ts';
import { askForAnswers } from './ask.ts';
import { manifestText, sourceFiles, templateOf } from './fake-template.ts';
import { inspectFiles } from './files.ts';
import { precompile } from './precompile.ts';
import { type PrecompiledTemplate, templateFrom } from './precompiled.ts';

const PARAMETERS = `  parameters:
    - title: Service
      required: [name, reviewers]
      properties:
        name: { type: string }
        owner: { type: string, default: platform }
        token: { type: string, writeOnly: true }
        reviewers: { type: string, pattern: '^@[a-z/-]+$' }
        channel: { type: string, default: '#backstage' }
        port: { type: integer }`;

const manifest = (defaults: string) => manifestText({ parameters: PARAMETERS, svckit: `    defaults: { ${defaults} }` });
const DEFAULTS = "reviewers: '@<% owner %>', channel: '#<% kebab name %>-<% reviewers %>'";
const { inputs } = templateOf({}, manifest(DEFAULTS)).manifest;
const answered = (answers: Readonly<Record<string, string>>) =>
  completeAnswers(
    inputs,
    Object.entries(answers).map(([name, value]) => ({ name, value, from: 'flag' })),
  );

it('makes a default of the answers before it, given or themselves by default, and stores it like any answer', () => {
  expect(answered({ name: 'priceList' })).toEqual({
    name: 'priceList',
    owner: 'platform',
    reviewers: '@platform',
    channel: '#price-list-@platform',
  });
  expect(answered({ name: 'a', owner: 'web', channel: '#x' })).toMatchObject({ reviewers: '@web', channel: '#x' });
  expect(storedAnswers(inputs, answered({ name: 'a' }))).toMatchObject({ reviewers: '@platform' });
});

it('refuses a default that does not fit its own input, with the flag that mends it', () => {
  expect(() => answered({ name: 'a', owner: 'Web 1' })).toThrow('reviewers, by default "@Web 1", must match');
});

it('is what a prompt shows', async () => {
  const shown: (string | undefined)[] = [];
  const { ask } = fakeRuntime();
  const text = async (question: { default?: string }) => {
    shown.push(question.default);
    return question.default ?? 'web';
  };
  await askForAnswers(inputs, { name: 'shop', port: 1, token: 't' }, { ...ask, text });
  expect(shown).toEqual(['platform', '@platform', '#shop-@platform']);
});

it('is the same in a template that was compiled when svckit was built', async () => {
  const files = sourceFiles({ 'template.yaml': manifest(DEFAULTS), 'files/a.hbs': '<% reviewers %>' });
  const module = (await import(`data:text/javascript,${encodeURIComponent(precompile(files, 'tiny'))}`)) as {
    template: PrecompiledTemplate;
  };
  const built = templateFrom(module.template).manifest.inputs;
  expect(completeAnswers(built, [{ name: 'name', value: 'shop', from: 'flag' }])).toEqual(answered({ name: 'shop' }));
});

it('is no part of the record but as a text', () => {
  expect(JSON.parse(JSON.stringify(inputs))).toContainEqual(expect.objectContaining({ name: 'reviewers', computed: '@<% owner %>' }));
  expect(JSON.stringify(inputs)).not.toContain('derive');
});

describe('is refused, with its line, that', () => {
  it.each([
    ['is for no input', "colour: 'x'", '"colour" is no input'],
    ['is for a secret', "token: 'x'", '"token" is a secret: it has no default'],
    ['is for no text', "port: '1'", '"port" is no text'],
    ['reads what is no input', "channel: '<% nmae %>'", 'the default of "channel": "nmae" is no input'],
    ['reads a secret', "channel: '<% token %>'", '"token" is a secret'],
    ['reads what is asked later', "owner: '<% channel %>'", 'the default of "owner" reads "channel", which is not asked before it'],
    ['reads itself', "channel: '<% channel %>'", 'the default of "channel" reads "channel"'],
    ['reads what svckit tells', "channel: '<% svc.year %>'", 'reads "svc.year", which is not asked before it'],
  ])('%s', (_, defaults, message) => {
    const { complaints } = inspectFiles(sourceFiles({ 'template.yaml': manifest(defaults) }));
    expect(complaints).toMatchObject([{ file: 'template.yaml', line: 19, message: expect.stringContaining(message) }]);
  });
});
