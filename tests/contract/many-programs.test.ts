import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/runtime/node/processes.ts';
import { execMany } from '../../src/runtime/node/starters.ts';
import type { Invocation } from '../../src/runtime/runtime.ts';

const root = join(import.meta.dirname, '..', '..');
const program = mkdtempSync(join(tmpdir(), 'svckit-starter-'));
const node = (source: string, more: Partial<Invocation> = {}): Invocation => ({
  command: process.execPath,
  args: ['-e', source],
  ...more,
});

beforeAll(async () => {
  const entryPoints = { starter: join(root, 'src/runtime/node/starter.ts') };
  await build({ entryPoints, outdir: program, bundle: true, platform: 'node', format: 'esm' });
  writeFileSync(join(program, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

const ways = {
  'this process': async (signal: AbortSignal) => (call: Invocation) => exec(call, signal),
  'this process, line by line': async (signal: AbortSignal) => (call: Invocation) => exec({ ...call, onLine: () => {} }, signal),
  'a small process': async (signal: AbortSignal) => execMany(program, signal, 0),
};

describe.each(Object.entries(ways))('a program started by %s', (name, wayTo) => {
  const start = async (call: Invocation, signal = new AbortController().signal) => (await wayTo(signal))(call);

  it('is a child of that one', async () => {
    const { stdout } = await start(node('process.stdout.write(String(process.ppid))'));
    expect(Number(stdout) === process.pid).toBe(name !== 'a small process');
  });

  it('reads its input and answers with bytes, text and its exit code', async () => {
    const source = "process.stdin.pipe(process.stdout); process.stderr.write('é'); process.exitCode = 3;";
    const { exitCode, stdout, stderr, bytes } = await start(node(source, { input: Uint8Array.from([0xc3, 0xa4, 0xff]) }));
    expect({ exitCode, stderr, stdout, bytes: [...bytes] }).toEqual({
      exitCode: 3,
      stderr: 'é',
      stdout: 'ä\ufffd',
      bytes: [0xc3, 0xa4, 0xff],
    });
  });

  it('runs in its folder with its own environment, and without what was taken from it', async () => {
    const source = 'process.stdout.write(JSON.stringify([process.cwd(), process.env.ADDED, process.env.HOME]))';
    const { stdout } = await start(node(source, { cwd: program, env: { ADDED: 'yes', HOME: undefined } }));
    expect(JSON.parse(stdout)).toEqual([expect.stringContaining('svckit-starter-'), 'yes', null]);
  });

  it('is told of as missing where there is none of its name', async () => {
    await expect(start({ command: 'no-such-program-anywhere', args: [] })).rejects.toMatchObject({ code: 'tool/missing' });
  });

  it('may leave its input unread', async () => {
    expect(await start(node('process.exit(0)', { input: 'x'.repeat(1_000_000) }))).toMatchObject({ exitCode: 0 });
  });

  it('ends when it prints without end', async () => {
    const { exitCode, bytes } = await start({ command: 'sh', args: ['-c', 'exec yes $(printf %01000d 0)'], timeoutMs: 15_000 });
    expect(exitCode).not.toBe(0);
    expect(bytes.length).toBeLessThanOrEqual(100_000_000);
  });

  it('ends when its time is over', async () => {
    expect(await start(node('setTimeout(() => {}, 20_000)', { timeoutMs: 100 }))).toMatchObject({ exitCode: 143 });
  });

  it('ends when the user stops svc, unless it leaves things as they were', async () => {
    const stop = new AbortController();
    const run = await wayTo(stop.signal);
    const long = run(node('setTimeout(() => {}, 20_000)'));
    const last = run(node('setTimeout(() => {}, 300)', { afterStop: true }));
    setTimeout(() => stop.abort(), 100);
    expect([(await long).exitCode, (await last).exitCode]).toEqual([143, 0]);
  });
});
