import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeBase, encodeBase } from './base.ts';
import { builtIns, templateOf } from './fake-template.ts';
import { parseLock } from './lock.ts';
import { lockText } from './lock-text.ts';
import { renderTemplate } from './template.ts';

const answers = { name: 'orders', folder: 'yes: "no"\n#', port: 8080, public: true, database: 'none', calls: ['a', 'b'], token: 's3cret' };
const template = templateOf({
  'files/a.hbs': '<% name %>',
  'files/run.sh': '#!',
  'files/b.bin': Buffer.from([0, 255]),
  'repository/c': 'c',
});

it('writes a lock that reads back as it was, without the secret', () => {
  const text = lockText(template, answers);
  const { token: _, ...stored } = answers;
  expect(parseLock(text, 'lock.yaml')).toEqual({
    template: { name: 'tiny', version: '1.0.0', digest: template.digest, source: '/templates/tiny' },
    answers: stored,
  });
  expect(text).not.toContain('s3cret');
});

it.each([{ commit: 'c'.repeat(40) }, { package: '1.4.0-rc.1', integrity: `sha512-${'A'.repeat(86)}==` }])(
  'writes what a movable source was: %j',
  (pinned) => {
    const text = lockText({ ...template, source: 'https://host/r.git//a#main', pinned }, answers);
    expect(parseLock(text, 'lock.yaml').template).toMatchObject({ source: 'https://host/r.git//a#main', ...pinned });
  },
);

it.each([
  'commit: main',
  'commit: --upload-pack=id',
  'commit: abcdef1',
  'package: "../../x"',
  'package: latest',
  'integrity: sha1-x',
  'integrity: ../x',
  'token: secret',
  'commit: [a]',
])('refuses a lock with %s', (line) => {
  const text = lockText(template, answers).replace('answers:', `  ${line}\nanswers:`);
  expect(() => parseLock(text, 'lock.yaml')).toThrow(expect.objectContaining({ code: 'template/invalid' }));
});

it('keeps the pristine render, with digests alone of what was delivered', () => {
  const rendered = renderTemplate(template, answers, builtIns);
  const packed = encodeBase(rendered, [{ path: 'vendor/x.tgz', content: Buffer.from('package') }]);
  const { files, delivered } = decodeBase(packed);
  expect(files.map(({ path, area, executable }) => `${area} ${path}${executable ? '*' : ''}`)).toEqual([
    'repository c',
    'service a',
    'service b.bin',
    'service run.sh*',
  ]);
  expect(files.map(({ content }) => Buffer.from(content).toString('hex'))).toEqual(['63', '6f7264657273', '00ff', '2321']);
  expect(delivered).toEqual([{ path: 'vendor/x.tgz', digest: 'sha256:bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a' }]);
});

it('packs the same render into the same bytes', () => {
  const rendered = renderTemplate(template, answers, builtIns);
  expect(Buffer.from(encodeBase([...rendered].reverse(), [])).equals(encodeBase(rendered, []))).toBe(true);
  expect([...encodeBase(rendered, []).slice(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
});

it.each([
  ['is no gzip', Buffer.from('x')],
  ['is cut off', encodeBase([], []).slice(0, 20)],
  ['is of a later svckit', gzipSync('{"version":2,"files":[],"delivered":[]}')],
])('refuses a base that %s', (_, packed) => {
  expect(() => decodeBase(packed)).toThrow('.svc/base.gz cannot be read');
});
