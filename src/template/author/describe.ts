import type { CheckedFiles } from '../files.ts';
import type { Input } from '../input.ts';
import type { Manifest, Ownership } from '../manifest/manifest.ts';
import { includeRulesOf, ownershipOf } from '../template.ts';
import { compareVersions, type Versions } from '../versions.ts';

/** A template in Markdown for whoever is to use it: what it makes, what it asks, what can be added, which versions there are. */
export function describeTemplate({ manifest, entries }: Pick<CheckedFiles, 'manifest' | 'entries'>, versions: Versions): string {
  const paths = entries.map(({ area, path }) => ({ path, area })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return [
    `## ${manifest.title} ${manifest.version}`,
    manifest.description,
    '### What it makes',
    table(
      ['file', 'belongs to', 'there'],
      paths.map(({ path, area }) => [
        code(path),
        `${OWNERS[ownershipOf(path, manifest)]}${area === 'repository' ? ', in the repository' : ''}`,
        presence(path, manifest),
      ]),
    ),
    ...section('What it asks', inputTable(manifest)),
    ...section('What can be added later', capabilityTable(manifest)),
    ...section('Versions', versionTable(versions)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const OWNERS: Readonly<Record<Ownership, string>> = {
  merged: 'both: upgrades merge',
  owned: 'the template',
  once: 'you',
  region: 'the template, between markers',
};

function section(title: string, body: string): readonly string[] {
  return body === '' ? [] : [`### ${title}`, body];
}

function presence(path: string, manifest: Manifest): string {
  const conditions = includeRulesOf(path, manifest).flatMap(({ when }) => Object.entries(when));
  return conditions.length === 0 ? 'always' : `where ${conditions.map(([name, values]) => condition(name, values)).join(' and ')}`;
}

function condition(name: string, values: readonly string[]): string {
  return `${code(name)} is ${values.map(code).join(' or ')}`;
}

function inputTable({ inputs }: Manifest): string {
  const rows = inputs.map((input) => [code(input.name), said(input), typeOf(input), defaultOf(input), allowedBy(input), asked(input)]);
  return rows.length === 0 ? '' : table(['input', 'meaning', 'type', 'default', 'allowed', 'asked'], rows);
}

function said({ title, description }: Input): string {
  return description ? `${title}. ${description}` : title;
}

function typeOf({ type }: Input): string {
  return { string: 'text', integer: 'whole number', number: 'number', boolean: 'yes or no', array: 'list of texts' }[type];
}

function defaultOf({ default: value, computed, required }: Input): string {
  if (computed !== undefined) return code(computed);
  if (value === undefined) return required ? 'none: it has to be given' : '';
  return [value].flat().length === 0 ? 'none' : value === '' ? 'empty' : code([value].flat().join(', '));
}

function allowedBy(input: Input): string {
  const { enum: values, pattern } = input.type === 'array' ? (input.items ?? {}) : input;
  const { minimum, maximum, maxLength } = input;
  return [
    ...(values ? [values.map(code).join(', ')] : []),
    ...(pattern === undefined ? [] : [code(pattern)]),
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
  ].join('; ');
}

function asked({ when, secret }: Input): string {
  const often = when ? `where ${condition(when.input, when.values)}` : 'always';
  return secret ? `${often}; a secret, never stored` : often;
}

function capabilityTable({ capabilities }: Manifest): string {
  const rows = capabilities.map(({ name, title, set, append }) => [
    code(`svc add ${name}${append === undefined ? '' : ' …'}`),
    title,
    append === undefined
      ? Object.entries(set)
          .map(([input, value]) => code(`${input}=${[value].flat().join(',')}`))
          .join(', ')
      : `adds to ${code(append)}`,
  ]);
  return rows.length === 0 ? '' : table(['command', 'meaning', 'answers'], rows);
}

/** The newest first, each with the inputs that came and went. */
function versionTable(versions: Versions): string {
  const known = Object.keys(versions).sort(compareVersions);
  const rows = known.map((version, index) => {
    const names = (at: string | undefined) => (at === undefined ? [] : (versions[at]?.inputs ?? [])).map(({ name }) => name);
    const [now, before] = [names(version), names(known[index - 1])];
    const changes = [
      ...now.filter((name) => !before.includes(name)).map((name) => `+ ${code(name)}`),
      ...before.filter((name) => !now.includes(name)).map((name) => `− ${code(name)}`),
    ];
    return [version, index === 0 ? 'the first on record' : changes.join(', ') || 'the same inputs'];
  });
  return rows.length === 0 ? '' : table(['version', 'inputs'], rows.toReversed());
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|').trim();
}

/** A text that holds backticks needs more of them around it (CommonMark, "code spans"). */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
