import { decode } from '../document/decode.ts';
import { parseOneYaml, type YamlDocument } from '../document/yaml.ts';
import { type ScoreFile, workloadOf } from './score.ts';
import { scoreSchema } from './score-schema.ts';
import type { Workload } from './workload.ts';

/** A workload with the way back to the files that it was read from. */
export interface SourcedWorkload {
  readonly workload: Workload;
  /** File and line of the value at this path, as `services/orders/score.yaml:12`. */
  where(path: readonly (string | number)[]): string;
}

/**
 * The workload of a Score file with an environment's overlay put over it, as `score.staging.yaml` over `score.yaml`: maps are merged,
 * everything else is replaced, and null takes a key away.
 * @throws SvcError workload/invalid with file, line and reason of everything that is wrong in either
 */
export function readScore(base: ScoreFile, overlay?: ScoreFile): SourcedWorkload {
  const document = parseOneYaml({ ...base, code: 'workload/invalid' });
  const score = decode(document, scoreSchema, { file: base.file, code: 'workload/invalid' });
  if (!overlay) return { workload: workloadOf(score), where: (path) => `${base.file}:${document.lineOf(path)}` };
  const above = parseOneYaml({ ...overlay, code: 'workload/invalid' });
  const merged = { ...above, value: mergedOver(document.value, above.value) };
  const where = (path: readonly (string | number)[]) =>
    has(above.value, path) ? `${overlay.file}:${above.lineOf(path)}` : `${base.file}:${document.lineOf(path)}`;
  return { workload: workloadOf(decode(merged as YamlDocument, scoreSchema, { file: overlay.file, code: 'workload/invalid' })), where };
}

function mergedOver(base: unknown, overlay: unknown): unknown {
  if (!isMap(base) || !isMap(overlay)) return overlay;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergedOver(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function has(value: unknown, path: readonly (string | number)[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return false;
  return has((value as Record<string | number, unknown>)[key], rest);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
