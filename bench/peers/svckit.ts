import { join } from 'node:path';
import type { Content, Files, Version } from './scene.ts';
import type { Tool } from './tool.ts';

/** svckit, started as a user starts it. @param bin path of `bin/svc.js` */
export function svckit(bin: string): Tool {
  return {
    name: 'svckit',
    command: [process.execPath, bin],
    template: (version, about) => ({ 'template.yaml': manifest(version, about), ...payload(version) }),
    make: (template, { extra, token }) => {
      const answers = [`extra=${extra?.was ?? false}`, ...(token === undefined ? [] : [`token=${token}`])];
      return ['new', template, 'orders', '--yes', '--no-install', '--no-git', ...answers.flatMap((answer) => ['--set', answer])];
    },
    update: ({ extra }) => ['upgrade', '--yes', ...(extra ? ['--set', `extra=${extra.now}`] : [])],
    rehearse: ['upgrade', '--dry-run'],
    drift: ['diff'],
    takeBack: ['upgrade', '--abort'],
    record: { path: '.svc/lock.yaml', version: /^ {2}version: "?([^"\n]+)/m },
  };
}

function payload({ files, shared = [] }: Version): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => {
      const [suffix, rendered] = hasName(content) ? ['.hbs', content.replaceAll('@name@', '<% name %>')] : ['', content];
      return [`${join(shared.includes(path) ? 'repository' : 'files', path)}${suffix}`, rendered];
    }),
  );
}

function hasName(content: Content): content is string {
  return typeof content === 'string' && content.includes('@name@');
}

function manifest({ optional = [], owned = [], shared = [] }: Version, { number, secret }: { number: string; secret: boolean }): string {
  const ownership = [
    ...owned.map((path) => `{ paths: ['${path}'], mode: owned }`),
    ...shared.map((path) => `{ paths: ['${path}'], mode: region }`),
  ];
  const include = optional.map((path) => `{ paths: ['${path}'], when: { extra: true } }`);
  return `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: compared, title: Compared }
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: Service
      required: [name]
      properties:
        name: { type: string, pattern: '^[a-z][a-z0-9-]{1,38}$' }
        extra: { type: boolean, default: false }
${secret ? '        token: { type: string, writeOnly: true }\n' : ''}  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: ${number}
    include: [${include.join(', ')}]
    ownership: [${ownership.join(', ')}]
`;
}
