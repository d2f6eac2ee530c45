import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../runtime/fake-runtime.ts';
import { acceptAnswers, answerFromText, completeAnswers, type Given, storedAnswers } from './answers.ts';
import { askForAnswers } from './ask.ts';
import { faultOf, type Input } from './input.ts';

const input = (more: Partial<Input> & { readonly name: string }): Input => ({
  page: 'Service',
  title: more.name,
  type: 'string',
  required: false,
  secret: false,
  ...more,
});

const INPUTS: readonly Input[] = [
  input({ name: 'owner', title: 'Owner', required: true, pattern: '^[a-z-]+$' }),
  input({ name: 'database', enum: ['none', 'postgres'], default: 'none' }),
  input({ name: 'port', type: 'integer', minimum: 1, maximum: 65_535, default: 8080 }),
  input({ name: 'public', type: 'boolean', default: false }),
  input({ name: 'calls', type: 'array', items: { pattern: '^[a-z]+$' }, uniqueItems: true, default: [] }),
  input({ name: 'workflow', required: true, when: { input: 'database', values: ['postgres'] } }),
  input({ name: 'token', secret: true }),
];

const flags = (given: Readonly<Record<string, string>>): readonly Given[] =>
  Object.entries(given).map(([name, value]) => ({ name, value, from: 'flag' }));

it('types texts from flags and takes defaults for the rest', () => {
  expect(completeAnswers(INPUTS, flags({ owner: 'team-a', port: '80', public: 'yes', calls: ' a, b,' }))).toEqual({
    owner: 'team-a',
    database: 'none',
    port: 80,
    public: true,
    calls: ['a', 'b'],
  });
});

it('lets a later answer win over an earlier one, also over a wrong one', () => {
  const given: readonly Given[] = [
    { name: 'owner', value: 7, from: 'file' },
    { name: 'owner', value: 'team-b', from: 'flag' },
  ];
  expect(acceptAnswers(INPUTS, given)).toEqual({ owner: 'team-b' });
});

it('tells everything that is wrong or missing at once, each with the flag that mends it', () => {
  expect(() => completeAnswers(INPUTS, flags({ databse: 'x', port: 'many', public: '2', calls: 'a,a', database: 'postgres' }))).toThrow(
    /6 answers[\s\S]*databse; did you mean database\? +--set database=…[\s\S]*port must be a number +--set port=8080[\s\S]*public must be true or false[\s\S]*calls names "a" twice[\s\S]*owner is required: Owner +--set owner=…[\s\S]*workflow is required/,
  );
});

it('refuses an answer that decides nothing', () => {
  expect(() => completeAnswers(INPUTS, flags({ owner: 'a', workflow: 'x' }))).toThrow('workflow is asked only where database is postgres');
});

it('stores what was asked, and no secret', () => {
  const answers = completeAnswers(INPUTS, flags({ owner: 'a', token: 's3cret' }));
  expect(storedAnswers(INPUTS, { ...answers, workflow: 'idle' })).toEqual({
    owner: 'a',
    database: 'none',
    port: 8080,
    public: false,
    calls: [],
  });
});

it.each([
  ['port', 0, 'must be at least 1'],
  ['port', 65_536, 'must be at most 65535'],
  ['port', 1.5, 'must be a whole number'],
  ['port', Number.NaN, 'must be a number'],
  ['owner', 'Team', 'must match ^[a-z-]+$'],
  ['owner', 7, 'must be a text'],
  ['calls', ['a', 'B'], 'holds "B", which must match ^[a-z]+$'],
  ['calls', 'a', 'must be a list of texts'],
  ['public', 'true', 'must be true or false'],
])('finds the fault of %s: %j', (name, value, fault) => {
  expect(faultOf(INPUTS.find((each) => each.name === name) as Input, value)).toBe(fault);
});

it('never takes a value of another type, whatever is given', () => {
  const types = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', array: 'object' } as const;
  fc.assert(
    fc.property(fc.constantFrom(...INPUTS), fc.oneof(fc.anything(), fc.string()), (each, value) => {
      for (const candidate of [value, answerFromText(each, String(value === null ? '' : typeof value === 'string' ? value : 'x'))]) {
        if (faultOf(each, candidate) === undefined) expect(typeof candidate).toBe(types[each.type]);
      }
    }),
  );
});

it('is not polluted by names of JavaScript', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    expect(() =>
      completeAnswers(INPUTS, [
        { name: 'owner', value: 'a', from: 'flag' },
        { name, value: { polluted: 1 }, from: 'file' },
      ]),
    ).toThrow(`there is no input ${name}`);
  }
  expect({}).not.toHaveProperty('polluted');
});

describe('at a terminal', () => {
  const ask = (answers: readonly (string | boolean)[]) => fakeRuntime({ answers }).ask;

  it('asks what has no answer yet, in order, and only what applies', async () => {
    const asked = await askForAnswers(INPUTS, { owner: 'team-a' }, ask(['postgres', '80', true, 'a, b', 'flow', '']));
    expect(asked).toMatchObject({ owner: 'team-a', database: 'postgres', port: 80, public: true, calls: ['a', 'b'], workflow: 'flow' });
    expect(await askForAnswers(INPUTS, {}, ask(['team-a', 'none', '80', false, '', '']))).not.toHaveProperty('workflow');
  });
});
