/** Something that a service's own files say about it, under the name of the question that it answers. */
export interface Evidence {
  /** As templates name such an input: `name`, `owner`, `database`, … */
  readonly input: string;
  readonly value: string | readonly string[];
  /** Where it says so, for people: `catalog-info.yaml:9`. */
  readonly source: string;
}

/** Looks into one kind of file. Pure: the text comes in, what it says goes out. */
export interface Reader {
  /** Paths that it understands, from the service's folder, or from the root of the repository where `of` says so. */
  readonly files: readonly string[];
  readonly of: 'service' | 'repository';
  /** @throws SvcError where the text is broken */
  read(text: string, file: string): readonly Evidence[];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One piece of evidence where the value is a text that says something. */
export function evidence(input: string, value: unknown, source: string): readonly Evidence[] {
  return typeof value === 'string' && value.trim() !== '' ? [{ input, value: value.trim(), source }] : [];
}
