import { describe, expect, it } from 'vitest';
import { coreOf, newestOfSeries, tagsFor, versionTag } from './series.ts';

describe('a tag names a version', () => {
  it.each([
    ['v1.4.0', 'v', '1.4.0'],
    ['1.4.0', '', '1.4.0'],
    ['http-service-v1.4.0', 'http-service-v', '1.4.0'],
    ['http-service@1.4.0', 'http-service@', '1.4.0'],
    ['http-service/v1.4.0', 'http-service/v', '1.4.0'],
    ['oauth2-1.4.0', 'oauth2-', '1.4.0'],
    ['v2.0.0-rc.1', 'v', '2.0.0-rc.1'],
    ['v2.0.0-1.2.3', 'v', '2.0.0-1.2.3'],
    ['v1.0.0+build.7', 'v', '1.0.0+build.7'],
  ])('%s', (tag, prefix, version) => expect(versionTag(tag)).toEqual({ tag, prefix, version }));

  it.each(['v1', 'v1.4', 'stable', '1.2.3.4', 'v01.2.3', 'v1.2.3-', 'main', 'v1.2.3-é'])('but not %s, which may move', (tag) =>
    expect(versionTag(tag)).toBeUndefined(),
  );
});

describe('the newest tag', () => {
  const newest = (tag: string, tags: readonly string[]) => {
    const current = versionTag(tag);
    return current && newestOfSeries(current, tags)?.tag;
  };

  it.each<[string, string, readonly string[], string | undefined]>([
    ['counts as versions do', 'v1.9.0', ['v1.10.0', 'v1.9.0'], 'v1.10.0'],
    ['is of the same series', 'v1.0.0', ['v1.0.0', '9.0.0', 'worker-v9.0.0', 'v9'], 'v1.0.0'],
    ['is of the same series where several templates share a repository', 'a-v1.0.0', ['a-v1.1.0', 'b-v9.0.0', 'v9.0.0'], 'a-v1.1.0'],
    ['is no pre-release', 'v1.0.0', ['v1.0.0', 'v2.0.0-rc.1'], 'v1.0.0'],
    ['may be the pre-release that is there', 'v2.0.0-rc.1', ['v1.0.0', 'v2.0.0-rc.1', 'v2.0.0-rc.2'], 'v2.0.0-rc.1'],
    ['follows a pre-release', 'v2.0.0-rc.1', ['v2.0.0', 'v2.0.0-rc.1'], 'v2.0.0'],
    ['is none where all are gone', 'v1.0.0', ['main'], undefined],
  ])('%s', (_, tag, tags, expected) => expect(newest(tag, tags)).toBe(expected));
});

it('has a version stand for the tags that it can be under', () => {
  expect(tagsFor('1.5.0', { current: versionTag('a@1.4.0'), template: 'a' })).toEqual(['a@1.5.0']);
  expect(tagsFor('1.5.0', { current: undefined, template: 'a' })).toContain('v1.5.0');
});

it.each([
  ['1.5.0', '1.5.0'],
  ['1.5.0-rc.1', '1.5.0'],
  ['1.5.0+7', '1.5.0'],
  ['v1.5.0', undefined],
  ['^1.5.0', undefined],
  ['1.5', undefined],
  ['1.5.0 --x', undefined],
  ['', undefined],
])('takes %j for the version %s of a template', (text, core) => expect(coreOf(text)).toBe(core));
