import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { manifestText } from '../fake-template.ts';
import { checkTemplateFolder } from './check.ts';
import type { Recording } from './history.ts';

const GOOD = {
  'template.yaml': manifestText(),
  'files/a.hbs': '<% folder %><% port %><%#if public%><% database %><%/if%><% json calls %>',
};

async function check(files: Readonly<Record<string, string>>, recording: Recording = 'no') {
  const runtime = fakeRuntime({ files });
  const result = await checkTemplateFolder({ folder: '.', recording }, runtime);
  const told = result.findings.map(({ severity, file, line, message }) => `${severity} ${file}:${line}: ${message}`);
  return { ...result, told, versions: runtime.tree()['/work/versions.json'] };
}

const NOT_RECORDED = 'warning template.yaml:19: version 1.0.0 is not recorded yet';

it('finds nothing wrong with a template that is right, and tells its author that no version is on record', async () => {
  const { told, template, inputs, files } = await check(GOOD);
  expect(told).toEqual([NOT_RECORDED]);
  expect({ template, inputs, files }).toMatchObject({ template: { name: 'tiny', version: '1.0.0' }, inputs: 7, files: 1 });
});

it('tells errors of form, meaning, files and paths at once, before any warning', async () => {
  const { told } = await check({
    'template.yaml': manifestText({ svckit: "    ownership: [{ paths: ['src/**'], mode: once }]\n    ownr: me" }),
    'files/a.hbs': '<% nmae %>',
    'files/con': '',
    'repository/b': '<% name %>',
  });
  expect(told.filter((line) => line.startsWith('error'))).toEqual([
    'error template.yaml:20: ownership: no file is named by src/**',
    'error template.yaml:21: spec.svckit.ownr: there is no such key',
    'error files/a.hbs:1: "nmae" is no input of this template',
    'error files/con:1: its path is not safe: "con" is a device on Windows',
  ]);
  expect(told.at(-1)).toMatch(/^warning repository\/b:1: a tag stays as it is/);
});

describe('warns of', () => {
  it.each([
    ['an input that nobody asks for', { 'files/a.hbs': '<% folder %>' }, 'template.yaml:12: no file asks for the input "port"'],
    ['a template without files', { 'files/a.hbs': '', 'file/a': '' }, 'no file asks for'],
    ['a name in a path that is no input', { 'files/__foldr__/a': '' }, 'did you mean __folder__?'],
    ['a file that npm would lose', { 'files/.gitignore': '' }, 'files/.gitignore:1: npm leaves this file out'],
    [
      'a move to nowhere',
      { 'template.yaml': manifestText({ svckit: '    moves: [{ in: 1.0.0, from: x, to: y }]' }) },
      'there is no file y',
    ],
    [
      'a move of what is there',
      { 'template.yaml': manifestText({ svckit: '    moves: [{ in: 1.0.0, from: a, to: y }]' }) },
      'a is still there',
    ],
    ['a move to come', { 'template.yaml': manifestText({ svckit: '    moves: [{ in: 1.2.0, from: x, to: a }]' }) }, '1.2.0 is later than'],
  ])('%s', async (_, files, message) => {
    const { told } = await check({ ...GOOD, ...files });
    expect(told.every((line) => line.startsWith('warning'))).toBe(true);
    expect(told.join('\n')).toContain(message);
  });
});

describe('the record of versions', () => {
  it('is written where nothing is wrong, once', async () => {
    const first = await check(GOOD, 'new');
    expect(first.recorded).toBe(true);
    expect(JSON.parse(first.versions ?? '')).toMatchObject({ '1.0.0': { digest: first.template?.digest } });
    const again = await check({ ...GOOD, 'versions.json': first.versions ?? '' }, 'new');
    expect([again.told, again.recorded]).toEqual([[], false]);
  });

  it('is not written where something is wrong', async () => {
    const { recorded, versions } = await check({ ...GOOD, 'files/b.hbs': '<% x %>' }, 'new');
    expect([recorded, versions]).toEqual([false, undefined]);
  });

  it('refuses a change without a new version, unless nobody has used that version yet', async () => {
    const { versions = '' } = await check(GOOD, 'new');
    const changed = { ...GOOD, 'files/b': 'more', 'versions.json': versions ?? '' };
    const refused = await check(changed, 'new');
    expect(refused.told).toEqual(['error template.yaml:19: it changed since version 1.0.0 was recorded: give it a new version']);
    expect(refused.versions).toBe(versions);
    expect((await check(changed, 'anew')).recorded).toBe(true);
  });

  it('makes an author who keeps it record every version, and a question new in a minor one an error', async () => {
    const { versions } = await check(GOOD, 'new');
    const next = GOOD['template.yaml'].replace('version: 1.0.0', 'version: 1.1.0');
    const minor = await check({ ...GOOD, 'template.yaml': next, 'versions.json': versions ?? '' });
    expect(minor.told).toEqual(['error template.yaml:19: version 1.1.0 is not recorded yet']);
    const asking = next.replace('required: [name]', 'required: [name, token]');
    const { told } = await check({ ...GOOD, 'template.yaml': asking, 'versions.json': versions ?? '' }, 'new');
    expect(told).toEqual(['error template.yaml:19: input token is a new question: that needs a new major version after 1.0.0']);
  });

  it('is refused with its line where it is no record', async () => {
    await expect(check({ ...GOOD, 'versions.json': '{\n"1.0.0": 3 }' })).rejects.toThrow('versions.json:2: 1.0.0: expected Object');
  });
});
