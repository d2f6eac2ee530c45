import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { bundledNames } from '../../template/sources/bundled.ts';
import { findTemplate } from '../../template/sources/find.ts';
import type { Template } from '../../template/template.ts';

/** What a file at the top of a service says of what it is written for. */
const MARKERS: readonly (readonly [file: RegExp, ecosystem: string])[] = [
  [/^package\.json$/, 'Node.js'],
  [/^(pom\.xml|build\.gradle(\.kts)?)$/, 'the JVM'],
  [/^go\.mod$/, 'Go'],
  [/^(pyproject\.toml|requirements\.txt|setup\.py)$/, 'Python'],
  [/^Cargo\.toml$/, 'Rust'],
  [/^[^/]+\.(csproj|fsproj|sln)$/, '.NET'],
];

/** A template and why it was taken, as the end of a sentence. */
export interface Choice {
  readonly template: Template;
  readonly reason: string;
}

/** What these files at the top of a folder are written for, each with the file that says so. */
export function ecosystemsOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    MARKERS.flatMap(([pattern, ecosystem]) => {
      const file = names.find((name) => pattern.test(name));
      return file === undefined ? [] : [[ecosystem, file] as const];
    }),
  );
}

/**
 * The template that is named, or the only one that is for what the service is written for; asked where that is not one.
 * @param names of the files at the top of the service
 * @throws SvcError template/not-found, input/invalid where nobody is there to choose
 */
export async function chooseTemplate(
  named: string | undefined,
  { names, asks }: { readonly names: readonly string[]; readonly asks: boolean },
  runtime: Runtime,
): Promise<Choice> {
  if (named !== undefined) return { template: await findTemplate(named, runtime), reason: 'you named it' };
  const templates = await Promise.all((await bundledNames(runtime)).map((name) => findTemplate(name, runtime)));
  const candidates = templates.filter(({ manifest }) => manifest.type !== 'workspace');
  const fitting = candidates.flatMap((template) => fitOf(template, names));
  const [first, second] = fitting;
  if (first && !second) return first;
  if (!asks) throw undecided(fitting.length > 0 ? fitting.map(({ template }) => template) : candidates, fitting.length > 0);
  const choices = candidates.map(({ manifest }) => ({ value: manifest.name, label: manifest.title, hint: manifest.description }));
  const chosen = await runtime.ask.choice({ message: 'Template', choices });
  return { template: await findTemplate(chosen, runtime), reason: 'you chose it' };
}

function fitOf(template: Template, names: readonly string[]): readonly Choice[] {
  const service = ecosystemsOf(names);
  const own = template.entries.filter(({ area, path }) => area === 'service' && !path.includes('/')).map(({ path }) => path);
  const shared = [...ecosystemsOf(own).keys()].find((ecosystem) => service.has(ecosystem));
  if (shared === undefined) return [];
  return [{ template, reason: `${service.get(shared)} is there, and it is the one template for ${shared}` }];
}

function undecided(templates: readonly Template[], several: boolean): SvcError {
  const names = templates.map(({ manifest }) => manifest.name);
  const message = several ? 'Several templates fit' : 'No template is for what this service is written for, as far as svckit can see';
  return new SvcError('input/invalid', message, {
    hint: `Name one: svc adopt --template ${names[0] ?? './my-template'}; there are: ${names.join(', ')}, or a folder of your own`,
  });
}
