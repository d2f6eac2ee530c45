import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clashes, unsafeReason } from './path.ts';

describe('a path is refused', () => {
  it.each([
    ['leads out', ['..', '../x', 'a/../b', 'a/..', './a', 'a/./b']],
    ['is absolute', ['/etc/passwd', '//server/share', 'C:/x', 'c:x', 'C:\\x', '\\\\server\\share', '\\x']],
    ['has a backslash', ['a\\b', '..\\x']],
    ['is empty somewhere', ['', 'a//b', 'a/', '/']],
    ['holds what nobody sees', ['a\0b', 'a\nb', '\u001b[2J', 'a\u200db', 'a\u202eb', '\ud800']],
    ['ends with what Windows drops', ['a.', 'a ', 'a/b./c', 'x /y', '...']],
    ['is a device on Windows', ['con', 'NUL', 'nul.txt', 'a/COM1', 'lpt9.log', 'aux .txt', 'COM¹', 'conin$', 'Prn.tar.gz']],
    ['is forbidden on Windows', ['a:b', 'a?', 'a*', 'a|b', '<a>', 'a"b', 'file.txt:stream']],
    [
      'belongs to git',
      ['.git', '.git/config', '.GIT/hooks/x', '.Git', 'a/.git/config', 'git~1', 'GIT~1/config', '.git.', '.git /x', '.g\u200cit/config'],
    ],
    ['is too long', ['a'.repeat(256), 'ä'.repeat(128), `${'a/'.repeat(450)}b`]],
  ])('that %s', (_, paths) => {
    expect(paths.filter((path) => unsafeReason(path) === undefined)).toEqual([]);
  });
});

it.each([
  '.gitignore',
  '.github/workflows/ci.yml',
  'git',
  'digit~1',
  'console.ts',
  'nullable.ts',
  'com10',
  'a b/ü.md',
  '.svc/lock.yaml',
  'a.b.c',
  '..a',
  'a..b',
])('lets %s pass', (path) => expect(unsafeReason(path)).toBeUndefined());

it('never lets a path pass that leads out of its root', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', 'a', '.git', '\\..', '/', '//', ' ', '\0', 'C:'), fc.string());
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const path = parts.join('/');
      if (unsafeReason(path) !== undefined) return;
      const resolved = new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///root/').pathname;
      expect(decodeURIComponent(resolved)).toBe(`/root/${path}`);
    }),
  );
});

it.each([
  ['the same path twice', ['a/b', 'a/b']],
  ['two cases of a file', ['README.md', 'readme.md']],
  ['two cases of a folder', ['Src/a', 'src/b']],
  ['two Unicode forms', ['caf\u00e9', 'cafe\u0301']],
  ['a sharp s and two of them', ['straße', 'STRASSE']],
  ['a file where a folder is needed', ['a', 'a/b']],
  ['a folder where a file is needed', ['a/b', 'a']],
])('sees that %s clash', (_, paths) => {
  expect(clashes(paths)).toHaveLength(1);
});

it('has nothing against neighbours', () => {
  expect(clashes(['a/b', 'a/c', 'ab', 'a.b', 'src/a/b'])).toEqual([]);
});
