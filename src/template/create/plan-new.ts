import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { type Change, type Plan, refuseUnsafe } from '../../plan/plan.ts';
import type { FileSystem } from '../../runtime/runtime.ts';
import { BASE_PATH, type Delivered, encodeBase } from '../base.ts';
import type { Answers } from '../input.ts';
import { lockText } from '../lock-text.ts';
import type { BuiltIns } from '../render/values.ts';
import { type RenderedFile, renderTemplate, type Template } from '../template.ts';
import { type Placement, rootOf } from './placement.ts';
import { withRegion } from './region.ts';

const LOCK_PATH = '.svc/lock.yaml';

/** Everything that is decided about a new service. */
export interface NewService {
  readonly name: string;
  readonly template: Template;
  readonly answers: Answers;
  readonly placement: Placement;
  /** Packages that it takes along. */
  readonly delivered: readonly Delivered[];
  readonly year: number;
}

/**
 * What `svc new` writes: the service with its lock and pristine render, the repository's files, and its entry in the workspace.
 * Files that are there already are read, never written here.
 * @throws SvcError plan/unsafe-path where an answer or the template makes such a path
 */
export async function planNew(service: NewService, fs: FileSystem): Promise<Plan> {
  const { placement, delivered } = service;
  const rendered = renderTemplate(service.template, service.answers, builtIns(service));
  // Before they are joined to a folder: joining would resolve a "..".
  refuseUnsafe(rendered.map(({ path }) => path));
  const root = rootOf(placement);
  const inFolder = (path: string) => join(placement.folder, path);
  const own = rendered.filter(({ area }) => area === 'service');
  const shared = await Promise.all(rendered.filter(({ area }) => area === 'repository').map((file) => repositoryChange(file, service, fs)));
  const changes: readonly Change[] = [
    ...own.map((file) => ({
      kind: 'create' as const,
      path: inFolder(file.path),
      content: written(file, service),
      executable: file.executable,
    })),
    ...delivered.map(({ path, content }) => ({ kind: 'create' as const, path: inFolder(path), content })),
    { kind: 'create', path: inFolder(LOCK_PATH), content: lockText(recorded(service), service.answers, service.year) },
    { kind: 'create', path: inFolder(BASE_PATH), content: encodeBase(rendered, delivered) },
    ...shared,
    ...(await workspaceChanges(service, own, fs)),
  ];
  return { root, changes: changes.map((change) => ({ ...change, path: slashed(relative(root, change.path)) })) };
}

/** A region is written with its markers, in whatever folder it is: an upgrade finds it by them. */
function written({ path, content, ownership }: RenderedFile, { name }: NewService): RenderedFile['content'] {
  return ownership === 'region' ? withRegion(undefined, { name, path, body: Buffer.from(content).toString('utf8') }) : content;
}

/** A template in a folder is recorded as seen from the service: the lock is read on other machines. */
export function recorded({ template, placement }: Pick<NewService, 'template' | 'placement'>): Template {
  return isAbsolute(template.source) ? { ...template, source: slashed(relative(placement.folder, template.source)) } : template;
}

/** What svckit itself tells the template about the service. */
export function builtIns({ template: { manifest }, placement, delivered, year }: Omit<NewService, 'name' | 'answers'>): BuiltIns {
  const [chassis] = delivered;
  return {
    templateName: manifest.name,
    templateVersion: manifest.version,
    chassisSpec: chassis ? `file:${chassis.path}` : '',
    servicePath: slashed(relative(placement.repository, placement.folder)) || '.',
    standalone: placement.repository === placement.folder,
    year: String(year),
  };
}

/** A file of the repository may be there already, from another service or by hand. Paths of changes are absolute here. */
async function repositoryChange(file: RenderedFile, { name, placement }: NewService, fs: FileSystem): Promise<Change> {
  const path = join(placement.repository, file.path);
  const existing = await fs.readText(path);
  const text = Buffer.from(file.content).toString('utf8');
  const content = file.ownership === 'region' ? withRegion(existing, { name, path: file.path, body: text }) : file.content;
  if (existing === undefined) return { kind: 'create', path, content, executable: file.executable };
  if (existing === content || existing === text || file.ownership === 'once') return { kind: 'unchanged', path };
  if (file.ownership === 'region') return { kind: 'replace', path, content, expected: existing };
  return { kind: 'conflict', path, reason: 'the repository has another file there' };
}

/** The entries of a service in its workspace. Paths of changes are absolute. */
export async function workspaceChanges(
  { placement: { workspace, folder }, template }: Pick<NewService, 'placement' | 'template'>,
  own: readonly Pick<RenderedFile, 'path'>[],
  fs: FileSystem,
): Promise<readonly Change[]> {
  if (workspace === undefined || template.manifest.type === 'workspace') return [];
  const { withCatalogTarget, withNpmWorkspace } = await import('./workspace-files.ts');
  const path = slashed(relative(workspace, folder));
  const edits = [
    { file: 'catalog-info.yaml', edit: (text: string) => withCatalogTarget(text, path, basename(workspace)) },
    { file: 'package.json', edit: (text: string) => withNpmWorkspace(text, path) },
  ].filter(({ file }) => own.some((rendered) => rendered.path === file));
  return (await Promise.all(edits.map(({ file, edit }) => edited(join(workspace, file), fs, edit)))).flat();
}

/** A workspace without that file goes without the entry. */
async function edited(path: string, fs: FileSystem, edit: (text: string) => string): Promise<readonly Change[]> {
  const text = await fs.readText(path);
  if (text === undefined) return [];
  const content = edit(text);
  return [content === text ? { kind: 'unchanged', path } : { kind: 'replace', path, content, expected: text }];
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
