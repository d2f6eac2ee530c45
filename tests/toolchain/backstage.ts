import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { freePort, portOf, serve } from './loopback.ts';
import { TOOLS_DIR } from './tools.ts';

export interface Entity {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly relations?: readonly { readonly type: string; readonly targetRef: string }[];
}

/** A catalog that reads what a folder holds. */
export interface Catalog {
  entities(): Promise<readonly Entity[]>;
  /** Its warnings and errors so far, each once: only here does it complain of an entity. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

const TOKEN = 'for-this-test-alone';

/** Starts the real catalog on `targets`, files of `folder` that it reads over HTTP as it would read them from a forge. */
export async function startCatalog(folder: string, targets: readonly string[]): Promise<Catalog> {
  const files = await serve(folder);
  const port = await freePort();
  const config = join(folder, 'app-config.yaml');
  await writeFile(config, stringify(appConfig({ port, files: portOf(files), targets })));

  const backstage = execa(process.execPath, [fileURLToPath(new URL('backstage.cjs', import.meta.url)), '--config', config], {
    cwd: join(TOOLS_DIR, 'backstage'),
    reject: false,
    all: true,
  });
  const complaints = new Set<string>();
  createInterface(backstage.all).on('line', (line) => {
    const said = stripVTControlCharacters(line).replace(/^\S+Z /, '');
    if (/\b(warn|error)\b/i.test(said)) complaints.add(said);
  });

  return {
    complaints: () => [...complaints],
    entities: () => entitiesAt(`http://127.0.0.1:${port}`),
    async stop() {
      backstage.kill('SIGKILL');
      await backstage;
      files.close();
    },
  };
}

/** Nothing while it is still starting. */
async function entitiesAt(url: string): Promise<readonly Entity[]> {
  const answer = await fetch(`${url}/api/catalog/entities`, { headers: { authorization: `Bearer ${TOKEN}` } }).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as Entity[]) : [];
}

function appConfig({ port, files, targets }: { port: number; files: number; targets: readonly string[] }): object {
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    app: { baseUrl },
    backend: {
      baseUrl,
      listen: { host: '127.0.0.1', port },
      database: { client: 'better-sqlite3', connection: ':memory:' },
      auth: { externalAccess: [{ type: 'static', options: { token: TOKEN, subject: 'test' } }] },
      reading: { allow: [{ host: `127.0.0.1:${files}` }] },
    },
    catalog: {
      processingInterval: '1s',
      rules: [{ allow: ['Component', 'API', 'Resource', 'System', 'Group', 'Location'] }],
      locations: targets.map((target) => ({ type: 'url', target: `http://127.0.0.1:${files}/${target}` })),
    },
  };
}
