import { expect, it } from 'vitest';
import { COMMANDS, main } from './main.ts';
import { plain } from './output/style.ts';
import { type FakeOptions, fakeRuntime } from './runtime/fake-runtime.ts';

async function svc(argv: readonly string[], options: FakeOptions = {}) {
  const said = { out: '', err: '' };
  const exitCode = await main(argv, {
    version: '1.2.3',
    runtime: fakeRuntime(options),
    streams: { style: plain, live: false, out: (text) => (said.out += text), err: (text) => (said.err += text) },
  });
  return { exitCode, ...said };
}

const tools: FakeOptions = {
  exec: ({ command, args }) => {
    const versions: Record<string, string> = { node: 'v20.19.0', npm: '10.8.2', git: 'git version 2.39.5' };
    return args.includes('--version') && versions[command] ? { stdout: `${versions[command]}\n` } : { exitCode: 127 };
  },
};

it('shows help with every command and a way to begin', async () => {
  const { out, exitCode } = await svc([]);
  expect(exitCode).toBe(0);
  const words = Object.keys(COMMANDS).map((name) => name.split(' ')[0]);
  for (const word of words) expect(out).toMatch(new RegExp(`^  ${word} `, 'm'));
  expect(out).toContain('Start here');
});

it.each(Object.keys(COMMANDS))('shows help of %s with examples', async (name) => {
  const { out, exitCode } = await svc([...name.split(' '), '--help']);
  expect(exitCode).toBe(0);
  expect(out).toContain(`Usage: svc ${name} `);
  expect(out).toMatch(/Examples:\n {2}\S/);
  expect(out).toContain('--json');
});

it.each(Object.entries(COMMANDS))('calls %s by its own name, with a folder of that name', async (name, load) => {
  expect((await load()).name).toBe(name);
  expect(load.toString()).toContain(`/commands/${name.replace(' ', '-')}/${name.replace(' ', '-')}.command.ts`);
});

it('suggests the command that was meant', async () => {
  const { err, exitCode } = await svc(['depoly']);
  expect(exitCode).toBe(2);
  expect(err).toContain('Did you mean deploy?');
});

it('gives scripts one envelope, for success and for failure', async () => {
  const good = await svc(['doctor', '--json'], tools);
  expect(good.exitCode).toBe(0);
  expect(JSON.parse(good.out)).toMatchObject({ apiVersion: 'svc/v1', ok: true, data: { ready: true } });
  const bad = await svc(['completion', 'tcsh', '--json']);
  expect(bad.exitCode).toBe(2);
  expect(JSON.parse(bad.out)).toMatchObject({
    apiVersion: 'svc/v1',
    ok: false,
    error: { code: 'input/invalid', hint: 'Choose one of: bash, zsh, fish' },
  });
  const unknown = await svc(['doctor', '--nonsense', '--json']);
  expect(unknown.exitCode).toBe(2);
  expect(JSON.parse(unknown.out)).toMatchObject({ ok: false, error: { code: 'input/invalid' } });
});

it('shows a failure with the next step', async () => {
  expect(await svc(['completion', 'tcsh'])).toEqual({
    exitCode: 2,
    out: '',
    err: 'error: There is no completion for tcsh\nChoose one of: bash, zsh, fish\n',
  });
});

it('says that a machine without git is not ready', async () => {
  const { out, exitCode } = await svc(['doctor'], { exec: (call) => (call.command === 'git' ? { exitCode: 127 } : tools.exec?.(call)) });
  expect(exitCode).toBe(3);
  expect(out).toContain('git: Install git 2.38 or later');
  expect(out).toContain('Not ready');
});

it.each<[string, string[], string[]]>([
  ['commands', ['do'], ['down', 'doctor']],
  ['shells', ['completion', 'z'], ['zsh']],
  ['services of the workspace', ['logs', 'ord'], ['orders']],
  ['options', ['demo', '--on'], ['--once']],
  ['environments', ['render', '--env', 'st'], ['staging']],
])('completes %s', async (_, words, expected) => {
  const files = {
    'svc.yaml': 'environments: { staging: { target: kubernetes, namespace: shop } }\n',
    'orders/score.yaml': 'apiVersion: score.dev/v1b1\nmetadata: { name: orders }\ncontainers: { main: { image: . } }\n',
  };
  const { out } = await svc(['__complete', ...words], { files });
  expect(out.trim().split('\n')).toEqual(expected);
});
