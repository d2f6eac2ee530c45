import { withDerived } from './derive.ts';
import { checkFiles, type SourceFile } from './files.ts';
import { compile } from './render/compile.ts';
import type { Template } from './template.ts';

/** A small manifest for tests, with more of `spec.svckit` and other pages where given. */
export function manifestText({
  parameters = PARAMETERS,
  svckit = '',
}: {
  readonly parameters?: string;
  readonly svckit?: string;
} = {}): string {
  return `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: tiny }
spec:
  type: service
${parameters}
  steps: [{ id: new, action: 'svckit:new' }]
  svckit:
    version: 1.0.0
${svckit}
`;
}

const PARAMETERS = `  parameters:
    - title: Service
      required: [name]
      properties:
        name: { type: string, pattern: '^[a-z-]+$' }
        folder: { type: string, default: src }
        port: { type: integer, default: 8080 }
        public: { type: boolean, default: false }
        database: { type: string, enum: [none, postgres], default: none }
        calls: { type: array, items: { type: string }, default: [] }
        token: { type: string, writeOnly: true }`;

export function sourceFiles(files: Readonly<Record<string, string | Uint8Array>>): readonly SourceFile[] {
  return Object.entries(files).map(([path, content]) => ({ path, executable: path.endsWith('.sh'), content: Buffer.from(content) }));
}

/** A template of these files, as it is read from a folder. */
export function templateOf(files: Readonly<Record<string, string | Uint8Array>>, manifest = manifestText()): Template {
  const { entries, defaults, ...rest } = checkFiles(sourceFiles({ 'template.yaml': manifest, ...files }), 'tiny');
  const compiled = entries.map(({ content, ...entry }) =>
    'tree' in content ? { ...entry, content: compile(content), reads: content.reads } : { ...entry, content, reads: [] },
  );
  const derived = withDerived(rest.manifest, new Map(defaults.map((each) => [each.input, compile(each.content)])));
  return { ...rest, manifest: derived, source: '/templates/tiny', entries: compiled };
}

export const builtIns = {
  templateName: 'tiny',
  templateVersion: '1.0.0',
  chassisSpec: '^0.1.0',
  servicePath: '.',
  standalone: true,
  year: '2026',
} as const;
