import { expect, it } from 'vitest';
import { BASE_FIELDS } from './base.ts';
import { ConfigError, choice, flag, integer, readConfig, readGroups, secret, text, url, urls } from './config.ts';
import { urlVariable } from './fields.ts';

const files: Readonly<Record<string, string>> = { '/secrets/token': 'from-a-file\n', '/secrets/two-lines': 'a\nb\r\n' };
const source = (env: Readonly<Record<string, string>>) => ({
  env,
  readFile(path: string) {
    const found = files[path];
    if (found === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return found;
  },
});

function problems(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ variable, message }) => `${variable} ${message}`);
  }
}

it('reads values of every kind', () => {
  const fields = {
    name: text('NAME'),
    count: integer('COUNT', { min: 1 }),
    on: flag('ON'),
    mode: choice('MODE', ['fast', 'safe']),
    home: url('HOME_URL'),
    peers: urls('PEERS'),
  };
  const env = { NAME: 'x', COUNT: '3', ON: 'true', MODE: 'safe', HOME_URL: 'https://a/b', PEERS: 'http://a, http://b:1/c' };
  expect(readConfig(fields, source(env))).toEqual({
    name: 'x',
    count: 3,
    on: true,
    mode: 'safe',
    home: new URL('https://a/b'),
    peers: [new URL('http://a'), new URL('http://b:1/c')],
  });
});

it('takes defaults where a variable is missing or empty', () => {
  const fields = { a: integer('A', { default: 7 }), b: text('B', { optional: true }), c: flag('C', { default: false }) };
  expect(readConfig(fields, source({ A: '', B: '' }))).toEqual({ a: 7, b: undefined, c: false });
});

it('tells everything that is wrong at once, each variable by name', () => {
  const fields = { a: integer('A', { min: 1, max: 9 }), b: text('B'), c: choice('C', ['x']), d: flag('D'), e: url('E') };
  expect(problems(() => readConfig(fields, source({ A: '10', C: 'y', D: 'yes', E: 'ftp://a' })))).toEqual([
    'A must be a whole number from 1 to 9',
    'B is not set',
    'C must be one of x',
    'D must be true or false',
    'E must be a URL that begins with http:// or https://',
  ]);
});

it('reads a value from a file, without its last line end', () => {
  const fields = { token: secret('TOKEN'), lines: text('LINES') };
  expect(readConfig(fields, source({ TOKEN_FILE: '/secrets/token', LINES_FILE: '/secrets/two-lines' }))).toEqual({
    token: 'from-a-file',
    lines: 'a\nb',
  });
});

it('refuses what is given twice, and a file that is not there', () => {
  const fields = { token: secret('TOKEN'), other: text('OTHER') };
  expect(problems(() => readConfig(fields, source({ TOKEN: 'a', TOKEN_FILE: '/secrets/token', OTHER_FILE: '/none' })))).toEqual([
    'TOKEN is given twice, as TOKEN and as TOKEN_FILE',
    'OTHER cannot be read from /none: ENOENT',
  ]);
});

it('says nothing of a secret that is wrong but that it is', () => {
  const read = () => readConfig({ db: url('DATABASE_URL', { secret: true }) }, source({ DATABASE_URL: 'oops:hunter2' }));
  expect(problems(read).join()).not.toContain('hunter2');
  expect(read).toThrow(ConfigError);
});

it('collects secrets, and tells a variable that two groups need once', () => {
  const groups = { one: { token: secret('TOKEN') }, two: { token: secret('TOKEN') } };
  expect(readGroups(groups, source({ TOKEN: 's3cret' })).secrets).toEqual(['s3cret', 's3cret']);
  expect(problems(() => readGroups(groups, source({})))).toEqual(['TOKEN is not set']);
});

it('reads what every service reads', () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2.3, team=a%2Cb', OTEL_TRACES_SAMPLER_ARG: '0.5' };
  expect(readConfig(BASE_FIELDS, source(env))).toMatchObject({
    port: 8080,
    drainTimeoutMs: 20_000,
    resourceAttributes: { 'service.version': '1.2.3', team: 'a,b' },
    samplerRatio: 0.5,
  });
  const wrong = { PORT: '70000', OTEL_TRACES_SAMPLER: 'some', OTEL_TRACES_SAMPLER_ARG: '2', OTEL_RESOURCE_ATTRIBUTES: 'a' };
  expect(problems(() => readConfig(BASE_FIELDS, source(wrong)))).toHaveLength(4);
});

it('names the variable of a service', () => {
  expect([urlVariable('products'), urlVariable('price-list')]).toEqual(['PRODUCTS_URL', 'PRICE_LIST_URL']);
});
