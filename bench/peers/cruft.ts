import { join } from 'node:path';
import type { Files, Version } from './scene.ts';
import type { Tool } from './tool.ts';

/** cruft at its defaults, on a Cookiecutter template. @param programs the folder that `.ci/tools.sh peers` installs into */
export function cruft(programs: string): Tool {
  return {
    name: 'cruft',
    command: [join(programs, 'cruft')],
    template: (version, { secret }) => ({ 'cookiecutter.json': questions(secret), ...payload(version) }),
    make: (template, { extra, token }) => {
      const context = { name: 'orders', extra: extra?.was ?? false, ...(token !== undefined && { token }) };
      return ['create', template, '--no-input', '--extra-context', JSON.stringify(context)];
    },
    update: ({ extra }) => [
      'update',
      '--skip-apply-ask',
      ...(extra ? ['--variables-to-update', JSON.stringify({ extra: extra.now })] : []),
    ],
    rehearse: ['update', '--dry-run'],
    drift: ['diff', '--exit-code'],
    takeBack: ['update', '--abort'],
    record: { path: '.cruft.json', version: /^ {2}"commit": "([^"]+)"/m },
  };
}

function questions(secret: boolean): string {
  return JSON.stringify({ name: 'service', extra: false, ...(secret && { token: '' }) });
}

function payload({ files, optional = [] }: Version): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => {
      const name = optional.includes(path) ? `{% if cookiecutter.extra %}${path}{% endif %}` : path;
      const rendered = typeof content === 'string' ? content.replaceAll('@name@', '{{ cookiecutter.name }}') : content;
      return [`{{cookiecutter.name}}/${name}`, rendered];
    }),
  );
}
