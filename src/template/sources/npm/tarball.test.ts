import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SvcError } from '../../../errors.ts';
import { manifestText } from '../../fake-template.ts';
import { extended, type FakeEntry, tarball, tarFile } from './fake-tarball.ts';
import { readTarball } from './tarball.ts';

const manifest: FakeEntry = { name: 'package/template.yaml', content: manifestText() };
const MIB = 1_048_576;

describe('a package is read', () => {
  it('with the files of the template, and who it is', async () => {
    const entries: FakeEntry[] = [
      manifest,
      { name: 'package/files/', type: '5', mode: 0o755 },
      { name: 'package/files/run.sh', content: '#!', mode: 0o755 },
      { name: 'package/repository/a', content: 'a' },
      { name: 'package/README.md', content: 'not part of it' },
    ];
    const { name, version, files } = await readTarball(tarball(entries), 'tiny');
    expect({ name, version }).toEqual({ name: 'tiny-template', version: '1.0.0' });
    expect(files.map(({ path, executable, content }) => `${path}${executable ? '*' : ''} ${content.length}`)).toEqual([
      `template.yaml ${manifestText().length}`,
      'files/run.sh* 2',
      'repository/a 1',
    ]);
  });

  it('whatever its folder is called', async () => {
    const entries = [
      { name: 'tiny-1.0.0/package.json', content: '{"name":"a","version":"1.0.0"}' },
      { ...manifest, name: 'tiny-1.0.0/template.yaml' },
    ];
    expect((await readTarball(gzipSync(tarFile(entries)), 'tiny')).files).toHaveLength(1);
  });
});

const file = (name: string, content = 'evil'): FakeEntry => ({ name, content });
const files = (count: number, content = '') => Array.from({ length: count }, (_, index) => file(`package/files/${index}`, content));

const HOSTILE: Readonly<Record<string, readonly FakeEntry[]>> = {
  'a path to the parent': [file('package/../../out')],
  'a path to the parent further in': [file('package/files/../../../out')],
  'a path to the parent as its top': [file('../out')],
  'an absolute path': [file('/etc/out')],
  'an absolute path behind the top': [file('package//etc/out')],
  'a drive': [file('package/C:/out')],
  'a drive without a slash': [file('package/files/C:out')],
  'a path with backslashes (CVE-2021-37701)': [file('package/files\\..\\..\\out')],
  'a path of a share': [file('package/\\\\server\\out')],
  'a stream of NTFS': [file('package/files/a::$DATA')],
  'a device': [file('package/files/nul.txt')],
  'something in .git': [file('package/files/.git/hooks/post-checkout')],
  'something in .git as Windows spells it': [file('package/files/git~1/config')],
  'a name with a line end': [file('package/files/a\nb')],
  'a name with an escape': [file('package/files/a\u001b[2J')],
  'a name that turns around': [file('package/files/a\u202egpj.exe')],
  'a link': [{ name: 'package/files/x', type: '2', link: '/etc/passwd' }],
  'a dangling link': [{ name: 'package/files/x', type: '2', link: 'nowhere' }],
  'a link that a later file goes through (CVE-2021-32803)': [
    { name: 'package/files/x', type: '2', link: '/tmp' },
    file('package/files/x/out'),
  ],
  'a folder that becomes a link (GHSA-vj76-c3g6-qr5v)': [
    { name: 'package/files/x/', type: '5' },
    { name: 'package/files/x', type: '2', link: '/tmp' },
    file('package/files/x/out'),
  ],
  'a hard link (CVE-2026-24842)': [{ name: 'package/files/x', type: '1', link: '/etc/passwd' }],
  'a link to a drive (CVE-2026-29786)': [{ name: 'package/files/x', type: '2', link: 'C:secret' }],
  'a link outside of the template': [{ name: 'package/node_modules/x', type: '2', link: '/etc' }],
  'a device file': [{ name: 'package/files/x', type: '3' }],
  'a pipe': [{ name: 'package/files/x', type: '6' }],
  'an extended path to the parent': [{ name: 'x', type: 'x', content: extended('path', 'package/../../out') }, file('package/files/a')],
  'an extended path with NUL (CVE-2026-59875)': [
    { name: 'x', type: 'x', content: extended('path', 'package/files/a\0/../out') },
    file('package/files/a'),
  ],
  'an extended link': [
    { name: 'x', type: 'x', content: extended('linkpath', '/etc/passwd') },
    { name: 'package/files/a', type: '2', link: 'b' },
  ],
  'a long name to the parent': [{ name: '././@LongLink', type: 'L', content: 'package/../../out\0' }, file('package/files/a')],
  'the same file twice': [file('package/files/a'), file('package/files/a', 'other')],
  'its manifest twice': [manifest],
  'two cases of one name': [file('package/files/README'), file('package/files/readme')],
  'two Unicode forms of one name': [file('package/files/caf\u00e9'), file('package/files/cafe\u0301')],
  'the same file below two tops': [file('package/files/a'), file('other/files/a')],
  'a file where another needs a folder': [file('package/files/a'), file('package/files/a/b')],
  'more files than a template has': files(2_001),
  'a file of more than 5 MiB': [file('package/files/a', 'x'.repeat(5 * MIB + 1))],
  'more than 32 MiB': files(8, 'x'.repeat(4.5 * MIB)),
  'a length that is not there': [{ name: 'package/files/a', content: 'x', size: 4_096 }],
  'a negative length (CVE-2026-59874)': [{ name: 'package/files/a', size: Buffer.alloc(12, 0xff) }],
  'a length in base 256': [{ name: 'package/files/a', size: Buffer.from('80ffffffffffffffffffffff', 'hex') }],
  'a length without end': [{ name: 'package/files/a', size: 0o77777777777 }],
};

const refusedWith = async (packed: Uint8Array) => {
  const error = await readTarball(packed, 'tiny').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SvcError);
  return error as SvcError;
};

describe('a package is refused', () => {
  it.each(Object.entries(HOSTILE))('that holds %s', async (_, entries) => {
    expect(['template/invalid', 'plan/unsafe-path']).toContain((await refusedWith(tarball([manifest, ...entries]))).code);
  });

  it.each<[string, Uint8Array, string]>([
    ['unfolds to far more than it is (CVE-2026-59873, CVE-2025-32386)', gzipSync(new Uint8Array(110 * MIB)), 'more than 100 MiB'],
    ['is no gzip', Buffer.from('<html>'), 'no gzipped tar'],
    ['is empty', new Uint8Array(), 'no gzipped tar'],
    ['is cut off', tarball([manifest]).slice(0, 60), 'no gzipped tar'],
    ['is no tar inside', gzipSync(Buffer.alloc(2_048, 'x')), 'broken tar'],
    ['has a header that was changed', gzipSync(Buffer.concat([Buffer.from('y'), tarFile([manifest]).slice(1)])), 'broken tar'],
    ['has no name', tarball([manifest], {}), 'does not say name and version'],
    ['has no right package.json', gzipSync(tarFile([{ name: 'package/package.json', content: '[' }, manifest])), 'does not say'],
    ['holds no template', tarball([file('package/index.js')]), 'there is no template.yaml'],
  ])('that %s', async (_, packed, message) => expect((await refusedWith(packed)).message).toContain(message));

  it('naming the link', async () => {
    const { message } = await refusedWith(tarball([manifest, { name: 'package/files/x', type: '2', link: '/etc/passwd' }]));
    expect(message).toContain('"package/files/x" is a link');
  });
});

it('reads whatever is left of a package, or refuses it: nothing else can come of damaged bytes', async () => {
  const whole = gunzipSync(tarball([manifest, file('package/files/a.txt', 'text'), file('package/repository/b', 'b')]));
  const damage = fc.array(fc.record({ at: fc.nat(whole.length - 1), byte: fc.integer({ min: 0, max: 255 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      const read = await readTarball(gzipSync(bytes, { level: 1 }), 'tiny').catch((error: unknown) => error);
      expect(read instanceof SvcError || Object.hasOwn(read as object, 'files')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
