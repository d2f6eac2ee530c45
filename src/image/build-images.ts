import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Service, Workspace } from '../workspace/workspace.ts';
import { type Builder, type BuilderName, type BuilderRuntime, pickBuilder } from './builder.ts';
import { type Recipe, readRecipe } from './dockerfile.ts';
import { failedStep } from './failed-step.ts';

export interface ImageOrder {
  readonly services: readonly Service[];
  readonly workspace: Pick<Workspace, 'root'>;
  /** Where images are pushed to: `registry.example.com/shop`. */
  readonly registry: string;
  /** Undefined: the first one that works. */
  readonly builder: BuilderName | undefined;
}

export interface BuiltImage {
  readonly service: string;
  /** By its digest: `registry.example.com/shop/orders@sha256:…`. */
  readonly image: string;
  readonly builder: BuilderName;
  readonly durationMs: number;
}

type World = BuilderRuntime & Pick<Runtime, 'now' | 'emit'>;

/**
 * Builds the images of services from their own Dockerfiles and pushes them to the registry, one after the other: what one leaves in
 * the builder's cache the next one takes from there.
 * @throws SvcError tool/missing, image/not-built, image/not-pushed
 */
export async function buildImages(
  { services, workspace, registry, builder: wanted }: ImageOrder,
  runtime: World,
): Promise<readonly BuiltImage[]> {
  if (services.length === 0) return [];
  const recipes = await Promise.all(services.map((service) => readRecipe(service, workspace, runtime.fs)));
  const builder = await pickBuilder(wanted, runtime);
  const built: BuiltImage[] = [];
  for (const recipe of recipes) built.push(await told(recipe, { builder, repository: `${registry}/${recipe.service}`, runtime }));
  return built;
}

interface Place {
  readonly builder: Builder;
  readonly repository: string;
  readonly runtime: World;
}

/** With its beginning, its end and how long it took. */
async function told(recipe: Recipe, place: Place): Promise<BuiltImage> {
  const { builder, runtime } = place;
  const { service, file } = recipe;
  const began = runtime.now().getTime();
  const tell = (state: 'start' | 'done' | 'failed', text: string) => runtime.emit({ id: idOf(recipe), state, text });
  tell('start', `Building the image of ${service} from ${file} with ${builder.name}`);
  try {
    const image = await buildImage(recipe, place);
    const durationMs = runtime.now().getTime() - began;
    tell('done', `Built and pushed the image of ${service} in ${Math.round(durationMs / 1000)} s`);
    return { service, image, builder: builder.name, durationMs };
  } catch (error) {
    tell('failed', `There is no new image of ${service}`);
    throw error;
  }
}

async function buildImage(recipe: Recipe, { builder, repository, runtime }: Place): Promise<string> {
  const { service, version, context, inContext } = recipe;
  const tell = (text: string) => runtime.emit({ id: idOf(recipe), state: 'update', text });
  const onLine = (line: string) => tell(`${service}: ${printable(line)}`);
  const built = await builder.build({ dockerfile: join(context, inContext), context, onLine });
  if (built.value === undefined) throw notBuilt(recipe, built.lines, builder);
  // The tag is for people, and for registries that throw away what has none: a deploy names the digest.
  const tag = [version, built.value.replace('sha256:', '').slice(0, 12)].filter(Boolean).join('-');
  tell(`Pushing ${repository}:${tag}`);
  const pushed = await builder.push(built.value, `${repository}:${tag}`);
  if (pushed.value === undefined) throw notPushed(`${repository}:${tag}`, pushed.lines, builder);
  return `${repository}@${pushed.value}`;
}

function idOf({ service }: Recipe): string {
  return `image-${service}`;
}

const MOST_LINES = 12;

function notBuilt({ service, file, text, context, inContext }: Recipe, lines: readonly string[], { name }: Builder): SvcError {
  const step = failedStep(lines, text);
  const where = step ? `${file}:${step.line}: ${step.text}` : file;
  return new SvcError('image/not-built', [`The image of ${service} was not built: ${where}`, ...lastOf(lines)].join('\n'), {
    hint: `See all of it: cd ${context} && ${name} build --file ${inContext} .`,
  });
}

function notPushed(image: string, lines: readonly string[], { name }: Builder): SvcError {
  const registry = image.split('/')[0] ?? image;
  return new SvcError('image/not-pushed', [`${image} was not pushed`, ...lastOf(lines)].join('\n'), {
    hint: `Log in: ${name} login ${registry}. A registry without TLS has to be allowed in ${name}'s own configuration: docs/deploy.md, "Images"`,
  });
}

function lastOf(lines: readonly string[]): readonly string[] {
  const told = lines.map(printable).filter((line) => line.trim() !== '');
  return told.slice(-MOST_LINES).map((line) => `  │ ${line}`);
}

/** What a program prints may steer a terminal. */
function printable(line: string): string {
  return stripVTControlCharacters(line).replace(/\p{Cc}/gu, ' ');
}
