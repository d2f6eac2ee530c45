import { join } from 'node:path';
import type { Files, Version } from './scene.ts';
import type { Tool } from './tool.ts';

/** Copier at its defaults: a `.jinja` is rendered, the rest is copied. @param programs the folder that `.ci/tools.sh peers` installs into */
export function copier(programs: string): Tool {
  return {
    name: 'Copier',
    command: [join(programs, 'copier')],
    template: (version, { secret }) => ({ 'copier.yml': questions(secret), ...payload(version) }),
    make: (template, { extra, token }) => {
      const data = ['name=orders', `extra=${extra?.was ?? false}`, ...(token === undefined ? [] : [`token=${token}`])];
      return ['copy', '--defaults', ...data.flatMap((each) => ['--data', each]), template, 'orders'];
    },
    update: ({ extra }) => ['update', '--defaults', ...(extra ? ['--data', `extra=${extra.now}`] : [])],
    rehearse: ['update', '--defaults', '--pretend'],
    drift: ['check-update', '--quiet'],
    takeBack: ['update', '--abort'],
    record: { path: '.copier-answers.yml', version: /^_commit: (.+)$/m },
  };
}

function questions(secret: boolean): string {
  const token = "token: { type: str, secret: true, default: '' }\n";
  return `_subdirectory: template\nname: { type: str }\nextra: { type: bool, default: false }\n${secret ? token : ''}`;
}

function payload({ files, optional = [] }: Version): Files {
  const entries = Object.entries(files).map(([path, content]) => {
    const rendered = typeof content === 'string' && content.includes('@name@');
    const name = optional.includes(path) ? `{% if extra %}${path}{% endif %}` : path;
    return [`template/${name}${rendered ? '.jinja' : ''}`, rendered ? content.replaceAll('@name@', '{{ name }}') : content] as const;
  });
  return { ...Object.fromEntries(entries), 'template/{{_copier_conf.answers_file}}.jinja': '{{ _copier_answers|to_nice_yaml -}}\n' };
}
