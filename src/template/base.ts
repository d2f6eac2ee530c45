import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { SvcError } from '../errors.ts';
import type { Ownership } from './manifest/manifest.ts';
import type { Area, RenderedFile } from './template.ts';

/** Where a service keeps the pristine render that an upgrade merges from, relative to its folder. */
export const BASE_PATH = '.svc/base.gz';

/** What a template rendered, before anybody changed it. */
export interface Base {
  readonly files: readonly BaseFile[];
  /** Packages that were delivered with the service: their digests alone, for they are large and never merged. */
  readonly delivered: readonly { readonly path: string; readonly digest: string }[];
}

export interface BaseFile {
  readonly area: Area;
  readonly path: string;
  readonly ownership: Ownership;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

export interface Delivered {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Limit on what a base may unfold to: it comes from a repository, and so from strangers. */
const MOST_BYTES = 64 * 1_048_576;
/** RFC 1952: the byte that names the system; zlib fills in the one it runs on, 255 is "unknown". */
const OS_BYTE = 9;

/** A render as `.svc/base.gz` keeps it: gzipped JSON, the same bytes on every system. */
export function encodeBase(files: readonly RenderedFile[], delivered: readonly Delivered[]): Uint8Array {
  const document = {
    version: 1,
    files: [...files].sort(byAreaAndPath).map(encodeFile),
    delivered: delivered.map(({ path, content }) => ({ path, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` })),
  };
  const packed = gzipSync(JSON.stringify(document));
  packed[OS_BYTE] = 255;
  return packed;
}

/**
 * Reads `.svc/base.gz` back.
 * @throws SvcError template/invalid where it is broken, too large or of a later svckit
 */
export function decodeBase(packed: Uint8Array): Base {
  try {
    const document = v.parse(encodedBase, JSON.parse(gunzipSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8')));
    return { files: document.files.map(decodeFile), delivered: document.delivered };
  } catch (cause) {
    throw new SvcError('template/invalid', `${BASE_PATH} cannot be read`, {
      hint: `Take it from the last commit: git checkout HEAD -- ${BASE_PATH}`,
      cause,
    });
  }
}

/** `x` and `repository` are left out where they say nothing; content is `text` where it is UTF-8. */
const encodedFile = v.strictObject({
  path: v.string(),
  mode: v.picklist(['owned', 'merged', 'once', 'region']),
  area: v.optional(v.literal('repository')),
  x: v.optional(v.literal(true)),
  text: v.optional(v.string()),
  base64: v.optional(v.string()),
});

/** Comes from a repository, and so from strangers. */
const encodedBase = v.strictObject({
  version: v.literal(1),
  files: v.array(encodedFile),
  delivered: v.array(v.strictObject({ path: v.string(), digest: v.string() })),
});

type EncodedFile = v.InferOutput<typeof encodedFile>;

function encodeFile({ area, path, ownership, executable, content }: RenderedFile): EncodedFile {
  const bytes = Buffer.from(content);
  const text = bytes.toString('utf8');
  return {
    path,
    mode: ownership,
    ...(area === 'repository' && { area }),
    ...(executable && { x: true }),
    ...(Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') }),
  };
}

function decodeFile({ path, mode, area, x, text, base64 = '' }: EncodedFile): BaseFile {
  const content = text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text);
  return { area: area ?? 'service', path, ownership: mode, executable: x ?? false, content };
}

function byAreaAndPath(a: RenderedFile, b: RenderedFile): number {
  return `${a.area}/${a.path}` < `${b.area}/${b.path}` ? -1 : 1;
}
