import type { Files, Scene, Version } from './scene.ts';

/** A tool that makes services from templates and updates them: its dialect and its command lines. */
export interface Tool {
  readonly name: 'svckit' | 'Copier' | 'cruft';
  /** Program and first arguments. */
  readonly command: readonly string[];
  /** The template as this tool wants it. */
  template(version: Version, about: { readonly number: string; readonly secret: boolean }): Files;
  /** Makes the service `orders`, given in the folder that is to hold it. */
  make(template: string, scene: Scene): readonly string[];
  /** All that follow are given in the service. */
  update(scene: Scene): readonly string[];
  /** Shows what an update would do. */
  readonly rehearse: readonly string[];
  /** Says by its exit code whether the service is still as the template wrote it. */
  readonly drift: readonly string[];
  /** Takes an update back that ended in conflicts. */
  readonly takeBack: readonly string[];
  /** The file in the service that records the version, and what of its text does. */
  readonly record: { readonly path: string; readonly version: RegExp };
}
