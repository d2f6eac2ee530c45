export interface ServiceShape {
  readonly name: string;
  /** What `GET /` answers. */
  readonly says?: string;
  /** Statements that run before the service listens. */
  readonly first?: string;
  readonly database?: boolean;
  readonly calls?: readonly string[];
}

/** The files of a small service in plain Node: no package to install, and a build that copies its one source file. */
export function serviceFiles(shape: ServiceShape): Readonly<Record<string, string>> {
  const { name } = shape;
  return {
    [`${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', type: 'module' }),
    [`${name}/build.mjs`]: BUILD,
    [`${name}/src/main.mjs`]: sourceOf(shape),
    [`${name}/score.yaml`]: scoreOf(shape),
  };
}

/** Fails where the source cannot be parsed, as a compiler would. */
const BUILD = `import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
const { status } = spawnSync(process.execPath, ['--check', 'src/main.mjs'], { stdio: 'inherit' });
if (status === 0) cpSync('src', 'dist', { recursive: true });
process.exitCode = status;
`;

/** `/` says its words, `/env` its environment, `/slow` takes 300 ms, `/crash` ends the process, `/call` asks a service by name. */
export function sourceOf({ says = 'hello', first = '' }: ServiceShape): string {
  return `import { createServer } from 'node:http';
${first}
const routes = {
  '/env': async () => JSON.stringify({ ...process.env, CWD: process.cwd(), PID: process.pid }),
  '/slow': () => new Promise((done) => setTimeout(() => done('slow'), 300)),
  '/crash': () => process.exit(3),
  '/call': async (query) => (await fetch(process.env[query.get('to')] + '/')).text(),
};
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  try {
    response.end(await (routes[url.pathname] ?? (async () => ${JSON.stringify(says)}))(url.searchParams));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
});
server.listen(process.env.PORT, process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;
}

function scoreOf({ name, database = false, calls = [] }: ServiceShape): string {
  const variables = [
    ...(database ? ['      DATABASE_URL: ${resources.db.url}'] : []),
    ...calls.map((called) => `      ${called.toUpperCase()}_URL: \${resources.${called}.url}`),
  ];
  const resources = [...(database ? ['  db: { type: postgres }'] : []), ...calls.map((called) => `  ${called}: { type: service }`)];
  return [
    'apiVersion: score.dev/v1b1',
    'metadata:',
    `  name: ${name}`,
    '  annotations:',
    '    svckit.dev/build: node build.mjs',
    '    svckit.dev/run: node dist/main.mjs',
    '    svckit.dev/watch: src',
    'containers:',
    '  main:',
    '    image: .',
    ...(variables.length > 0 ? ['    variables:', ...variables] : []),
    '    readinessProbe: { httpGet: { path: /ready, port: 8080 } }',
    ...(resources.length > 0 ? ['resources:', ...resources] : []),
    '',
  ].join('\n');
}
