import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';

/** A tag that names a version: `v1.4.0`, `1.4.0`, `http-service-v1.4.0`, `http-service@1.4.0`, `http-service/v1.4.0`. */
export interface VersionTag {
  readonly tag: string;
  /** What stands before the version. Tags of one series have the same. */
  readonly prefix: string;
  readonly version: string;
}

/** Undefined where a tag names no whole version: `stable` and `v1` are moved on purpose, and followed as a branch is. */
export function versionTag(tag: string): VersionTag | undefined {
  const [, prefix = '', version = ''] = /^(|.*?[^\d.])(\d+\.\d+\.\d+(?:[-+].+)?)$/.exec(tag) ?? [];
  return parse(version) ? { tag, prefix, version } : undefined;
}

/** The newest tag of the same series. A pre-release counts only where it is the one that is there already. */
export function newestOfSeries(current: VersionTag, tags: readonly string[]): VersionTag | undefined {
  return tags
    .flatMap((tag) => versionTag(tag) ?? [])
    .filter(({ prefix, version, tag }) => prefix === current.prefix && (tag === current.tag || !isPrerelease(version)))
    .sort((a, b) => compare(a.version, b.version))
    .at(-1);
}

/** The versions of a series, newest first, pre-releases too. */
export function versionsOf(current: VersionTag, tags: readonly string[]): readonly string[] {
  return tags
    .flatMap((tag) => versionTag(tag) ?? [])
    .filter(({ prefix }) => prefix === current.prefix)
    .map(({ version }) => version)
    .sort((a, b) => compare(b, a));
}

/** Names that a tag of this version can have: of the current series, or of the usual ones where there is none. */
export function tagsFor(
  version: string,
  { current, template }: { readonly current: VersionTag | undefined; readonly template: string },
): readonly string[] {
  const prefixes = current ? [current.prefix] : [`${template}-v`, `${template}@`, `${template}/v`, `${template}-`, 'v', ''];
  return prefixes.map((prefix) => `${prefix}${version}`);
}

/** The version without pre-release and build: what a `template.yaml` can say. Undefined where the text is no version. */
export function coreOf(version: string): string | undefined {
  const parsed = /^\d\S*$/.test(version) ? parse(version) : undefined;
  return parsed ? `${parsed.major}.${parsed.minor}.${parsed.patch}` : undefined;
}

export function isPrerelease(version: string): boolean {
  return (parse(version)?.prerelease.length ?? 0) > 0;
}

export function isOlder(version: string, than: string): boolean {
  return compare(version, than) < 0;
}
