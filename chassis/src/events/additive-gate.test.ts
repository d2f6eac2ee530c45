import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { additiveGate } from './additive-gate.ts';

function contract(payload: string): string {
  return `asyncapi: 3.0.0
channels: { orders: { address: orders, messages: { ORDER: { payload: ${payload} } } } }
operations: { tell: { action: send, channel: { $ref: '#/channels/orders' } } }
`;
}

/** A service in a folder of a repository, with one commit for each contract; undefined is a commit without one. */
function repository(...contracts: readonly (string | undefined)[]) {
  const root = mkdtempSync(join(tmpdir(), 'svckit-additive-'));
  const service = join(root, 'services', 'orders');
  mkdirSync(service, { recursive: true });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root, stdio: 'ignore' });
  git('init', '--quiet');
  for (const text of contracts) {
    if (text !== undefined) writeFileSync(join(service, 'asyncapi.yaml'), text);
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '--message', 'one more');
  }
  return { root, service };
}

const order = contract('{ type: object, required: [id], properties: { id: { type: string } } }');
const more = contract('{ type: object, required: [id], properties: { id: { type: string }, note: { type: string } } }');
const less = contract('{ type: object, properties: { note: { type: string } } }');

it('lets a contract grow, and names the place where it takes something away', () => {
  const { service } = repository(order, more, less);
  expect(additiveGate(service, 'HEAD^1')).toEqual([expect.stringContaining('asyncapi.yaml: ORDER /id')]);
  writeFileSync(join(service, 'asyncapi.yaml'), more);
  expect(additiveGate(service, 'HEAD~2')).toEqual([]);
});

it('has nothing against a first contract, nor a first commit', () => {
  expect(additiveGate(repository(undefined, order).service, 'HEAD^1')).toEqual([]);
  expect(additiveGate(repository(order).service, 'HEAD^1')).toEqual([]);
});

it('fails for a commit that does not exist, and where git knows none', () => {
  const { service } = repository(order, less);
  expect(() => additiveGate(service, 'origin/mian')).toThrow('origin/mian is no commit here');
  expect(() => additiveGate(mkdtempSync(join(tmpdir(), 'svckit-additive-none-')), 'HEAD^1')).toThrow('git knows no commit here');
});

it('fails in a clone that does not reach back', () => {
  const { root } = repository(order, less);
  const clone = mkdtempSync(join(tmpdir(), 'svckit-additive-clone-'));
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${root}`, clone], { stdio: 'ignore' });
  expect(() => additiveGate(join(clone, 'services', 'orders'), 'HEAD^1')).toThrow('further back');
});
