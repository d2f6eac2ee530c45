import { type BuiltImage, buildImages } from '../../../image/build-images.ts';
import type { BuilderName } from '../../../image/builder.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { Service } from '../../../workspace/workspace.ts';
import { unprovided } from '../render/problem.ts';
import { type Reading, withoutImage } from '../render/read.ts';
import { renderServices } from '../render/render.ts';

/** No image has this digest: it stands in where only the rest of the objects is looked at. */
const STAND_IN = `@sha256:${'0'.repeat(64)}`;

/**
 * Builds and pushes the images of those services that have one of their own and were not given one by name. What is wrong with their
 * files otherwise is told before minutes are spent on it.
 * @throws SvcError image/…, tool/missing, workload/invalid, workspace/invalid
 */
export async function buildFor(
  services: readonly Service[],
  reading: Reading,
  { builder, runtime }: { readonly builder: BuilderName | undefined; readonly runtime: Runtime },
): Promise<readonly BuiltImage[]> {
  const { environment, workspace, images } = reading;
  const { registry } = environment;
  const unbuilt = await withoutImage(services, reading, runtime.fs);
  const [first] = unbuilt;
  if (!first) return [];
  if (registry === undefined) {
    const instead = `or name the image: --image ${first.name}=registry.example.com/${first.name}@sha256:…`;
    throw unprovided(
      environment.where([]),
      `where is the image of ${first.name} pushed to?`,
      `Say registry under environments.${environment.name}, ${instead}`,
    );
  }
  const standIns = Object.fromEntries(unbuilt.map(({ name }) => [name, `${registry}/${name}${STAND_IN}`]));
  await renderServices(services, { ...reading, images: { ...images, ...standIns } }, runtime.fs);
  return buildImages({ services: unbuilt, workspace, registry, builder }, runtime);
}

/** Images by service, as they are deployed. */
export function imagesBuilt(built: readonly BuiltImage[]): Reading['images'] {
  return Object.fromEntries(built.map(({ service, image }) => [service, image]));
}
