import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SvcError } from '../../errors.ts';
import { parseRecorded, parseSource, printSource } from './name.ts';

const commit = 'a'.repeat(40);

describe('a source is written as', () => {
  it.each<[string, object, string?]>([
    ['http-service', { kind: 'bundled', name: 'http-service' }, 'bundled'],
    ['./mine', { kind: 'folder', path: './mine' }],
    ['..', { kind: 'folder', path: '..' }],
    ['/srv/templates/a', { kind: 'folder', path: '/srv/templates/a' }],
    ['./npm:odd', { kind: 'folder', path: './npm:odd' }],
    ['https://host/org/repo.git', { url: 'https://host/org/repo.git', folder: '', ref: undefined }],
    ['https://HOST:8443/Org/repo/', { url: 'https://host:8443/Org/repo' }, 'https://host:8443/Org/repo'],
    ['https://dev.azure.com/o/My%20Project/_git/r', { url: 'https://dev.azure.com/o/My%20Project/_git/r' }],
    ['https://[::1]/r#main', { url: 'https://[::1]/r', ref: 'main' }],
    ['https://host/r.git//a/b', { url: 'https://host/r.git', folder: 'a/b' }],
    ['https://host/r.git//a/b/#v1.4.0', { folder: 'a/b', ref: 'v1.4.0' }, 'https://host/r.git//a/b#v1.4.0'],
    ['https://host/r.git#http-service@1.4.0', { folder: '', ref: 'http-service@1.4.0' }],
    ['https://host/r.git#feature/a+b', { ref: 'feature/a+b' }],
    [`https://host/r.git#${commit}`, { ref: commit }],
    ['http://localhost:3000/r.git', { url: 'http://localhost:3000/r.git' }],
    ['http://127.0.0.1/r.git', { url: 'http://127.0.0.1/r.git' }],
    ['ssh://git@Host:22/org/repo.git', { url: 'ssh://git@host:22/org/repo.git' }, 'ssh://git@host:22/org/repo.git'],
    ['ssh://host/~me/repo', { url: 'ssh://host/~me/repo' }],
    ['git@github.com:org/repo.git', { url: 'git@github.com:org/repo.git' }],
    ['git@host:org/repo.git//a#b', { url: 'git@host:org/repo.git', folder: 'a', ref: 'b' }],
    ['file:///srv/repo', { url: 'file:///srv/repo' }],
    ['file:///srv/repo//worker#v1', { url: 'file:///srv/repo', folder: 'worker', ref: 'v1' }],
    ['github:org/repo', { url: 'https://github.com/org/repo.git' }, 'https://github.com/org/repo.git'],
    [
      'github:org/repo.git//a#v1',
      { url: 'https://github.com/org/repo.git', folder: 'a', ref: 'v1' },
      'https://github.com/org/repo.git//a#v1',
    ],
    ['gitlab:group/sub/repo', { url: 'https://gitlab.com/group/sub/repo.git' }, 'https://gitlab.com/group/sub/repo.git'],
    ['npm:template', { kind: 'npm', name: 'template', range: undefined }],
    ['npm:@acme/template-http', { name: '@acme/template-http', range: undefined }],
    ['npm:@acme/template-http@1.4.0', { name: '@acme/template-http', range: '1.4.0' }],
    ['npm:t@^1.4.0', { name: 't', range: '^1.4.0' }],
    ['npm:t@>=1.2.0 <2 || 3.x', { name: 't', range: '>=1.2.0 <2 || 3.x' }],
    ['npm:t@next', { name: 't', range: 'next' }],
  ])('%s', (text, expected, printed = text) => {
    const source = parseSource(text);
    expect(source).toMatchObject(expected);
    expect(printSource(source)).toBe(printed);
    if (source.kind === 'git' || source.kind === 'npm') expect(parseSource(printed)).toEqual(source);
  });
});

/** Each would reach git, ssh or npm as something else than it says, or keep a secret where everybody reads it. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  // CVE-2018-17456, CVE-2017-1000117, CVE-2022-24433, CVE-2022-24066, CVE-2022-25912, CVE-2022-25860, CVE-2022-24065.
  'runs a program': [
    'ext::sh -c id',
    'ext::sh%20-c%20id',
    'fd::17',
    'EXT::id',
    'transport::address',
    'ssh://-oProxyCommand=id/x',
    'ssh://-oProxyCommand=id@host/x',
    'ssh://host:-oProxyCommand=id/x',
    '-oProxyCommand=id@host:x',
    'git@-oProxyCommand=id:x',
    'git@host:-oProxyCommand=id',
    'git@host:--upload-pack=id',
    'https://-x/r',
    'https://host/r#--upload-pack=id',
    'https://host/r#-x',
  ],
  'uses a transport that is not safe': [
    'http://host/r',
    'http://localhost.evil.com/r',
    'http://127.0.0.1.evil.com/r',
    'git://host/r',
    'ftp://host/r',
    'rsync://host/r',
    'git+ssh://host/r',
    'javascript://host/r',
  ],
  'holds a secret': [
    'https://user:secret@host/r',
    'https://secret@host/r',
    'https://:secret@host/r',
    'http://user:secret@localhost/r',
    'ssh://git:secret@host/r',
    'git:secret@host:r',
    'https://host/r?token=secret',
  ],
  // CVE-2026-53951, and the same again with percent signs.
  'leads elsewhere than it says': [
    'https://host/a/../r',
    'https://host/%2e%2e/r',
    'https://host/a/.%2E/r',
    'https://host/a%2fb',
    'https://host/a%5cb',
    'https://host/a%00b',
    'https://host/%zz',
    'https://host/%252e%252e/r',
    'https://host/r\\..\\x',
    'https://good.com@evil.com/r',
    'https://host/./r',
    'file://server/share',
    'file:///srv/../etc',
    'git@host:../r',
  ],
  'holds what nobody sees': [
    'https://host/r\r\nX-Header: 1',
    'https://host/r\n#v1',
    'https://host/r#v1\0',
    'https://host/\u202er',
    'https://ho\u200bst/r',
    'git@host:r\u001b[2J',
    'npm:t\n',
    'github:org/repo\r',
  ],
  // CVE-2026-34726.
  'has no right folder': [
    'https://host/r//..',
    'https://host/r//../x',
    'https://host/r//a/../../x',
    'https://host/r//a//b',
    'https://host/r///etc',
    'https://host/r//.git',
    'https://host/r//.GIT/hooks',
    'https://host/r//git~1',
    'https://host/r//a/con',
    'https://host/r//a.',
    'https://host/r//c:/x',
  ],
  'has no right ref': [
    'https://host/r#',
    'https://host/r#a..b',
    'https://host/r#a:b',
    'https://host/r#a~1',
    'https://host/r#a^{commit}',
    'https://host/r#@{1}',
    'https://host/r#@',
    'https://host/r#a*',
    'https://host/r#/a',
    'https://host/r#a/',
    'https://host/r#a.lock',
    'https://host/r#.a',
    'https://host/r#a#b c',
    `https://host/r#${'x'.repeat(300)}`,
  ],
  'names nothing': [
    'https://',
    'https:///r',
    'https://host',
    'https://host/',
    'ssh://host',
    'file://',
    'github:',
    'github:org',
    'github:a/b/c',
    'gitlab:x',
  ],
  'is not what npm calls a package': [
    'npm:',
    'npm:--registry=x',
    'npm:-g',
    'npm:@acme',
    'npm:@acme/',
    'npm:../x',
    'npm:./x',
    'npm:/etc',
    'npm:A',
    'npm:a/b',
    'npm:a@file:../x',
    'npm:a@npm:b',
    'npm:a@git+ssh://host/r',
    'npm:a@https://host/x.tgz',
    'npm:a@../x',
    'npm:a@-1',
    'npm:a@',
    'npm:a@1;id',
    'npm:a@$(id)',
    'npm:a@`id`',
    'npm:a&id',
    `npm:${'a'.repeat(215)}`,
    'github:-org/repo',
    'github:org/--upload-pack=id',
    'github:org/..',
  ],
};

const CASES = Object.entries(HOSTILE).flatMap(([what, names]) =>
  names.map((name) => ({ what, name, shown: JSON.stringify(name).slice(0, 50) })),
);

describe('a source is refused', () => {
  it('in more than a hundred spellings', () => expect(CASES.length).toBeGreaterThan(100));

  it.each(CASES)('that $what: $shown', ({ name }) => {
    expect(() => parseSource(name)).toThrow(expect.objectContaining({ code: 'input/invalid', hint: expect.stringMatching(/./) }));
    expect(() => parseRecorded({ name: 't', source: name, file: 'lock.yaml' })).toThrow(
      expect.objectContaining({ code: 'template/invalid', message: expect.stringMatching(/^lock\.yaml: /) }),
    );
  });

  it.each(HOSTILE['holds a secret']?.slice(0, 6) ?? [])('without telling the secret: %s', (name) => {
    expect(() => parseSource(name)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  it('with the hint that git has credential helpers', () => {
    expect(() => parseSource('https://user:secret@host/r')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('credential') }),
    );
  });
});

it.each([
  ['https://github.com/org/repo/tree/main/a/b', 'https://github.com/org/repo.git//a/b#main'],
  ['https://github.com/org/repo/tree/v1.4.0', 'https://github.com/org/repo.git#v1.4.0'],
  ['https://gitlab.com/group/sub/repo/-/tree/main/a', 'https://gitlab.com/group/sub/repo.git//a#main'],
  ['https://gitea.host/org/repo/src/branch/main/a', 'https://gitea.host/org/repo.git//a#main'],
])('the page %s is told how to be written', (page, written) => {
  expect(() => parseSource(page)).toThrow(expect.objectContaining({ hint: `Write: ${written}` }));
  expect(parseSource(written)).toMatchObject({ kind: 'git' });
});

describe('a lock records', () => {
  const recorded = (source: string) => parseRecorded({ name: 'tiny', source, file: 'lock.yaml' });

  it('a bundled template by its name', () => expect(recorded('bundled')).toEqual({ kind: 'bundled', name: 'tiny' }));

  it.each(['../templates/a', 'templates/a', '--upload-pack=id', '../a b', 'http-service'])(
    'a folder as seen from the service: %s',
    (path) => {
      expect(recorded(path)).toEqual({ kind: 'folder', path });
    },
  );

  it('other sources as they are printed', () => {
    expect(recorded('https://host/r.git//a#v1')).toMatchObject({ kind: 'git', ref: 'v1' });
    expect(recorded('npm:t@1.0.0')).toMatchObject({ kind: 'npm', range: '1.0.0' });
  });
});

describe('whatever is written', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'https://',
      'ssh://',
      'file:///',
      'github:',
      'npm:',
      'git@',
      'host',
      ':',
      '/',
      '//',
      '#',
      '@',
      '-',
      '..',
      '%2e',
      '::',
      '.git',
      'a',
      'v1.0.0',
      '^1',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  );
  const written = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

  it('is refused with a reason, or reads back from how it is printed, and is no option of a program', () => {
    fc.assert(
      fc.property(written, (text) => {
        const source = sourceOrRefusal(text);
        if (source instanceof SvcError) return source.hint !== '';
        if (source.kind !== 'git' && source.kind !== 'npm') return true;
        expect(parseSource(printSource(source))).toEqual(source);
        const given = source.kind === 'git' ? [source.url, source.ref ?? '', source.folder] : [source.name, source.range ?? ''];
        return given.every((argument) => !/^-|\p{C}/u.test(argument));
      }),
      { numRuns: 3_000 },
    );
  });
});

function sourceOrRefusal(text: string) {
  try {
    return parseSource(text);
  } catch (error) {
    if (error instanceof SvcError) return error;
    throw error;
  }
}
