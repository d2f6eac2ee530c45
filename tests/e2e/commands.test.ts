import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/main.ts';

const bin = process.env['SVCKIT_BIN'] ?? join(import.meta.dirname, '../../bin/svc.js');

it.each(Object.keys(COMMANDS))('svc %s is whole in the built program', (name) => {
  const help = execFileSync(process.execPath, [bin, ...name.split(' '), '--help'], { encoding: 'utf8' });
  expect(help).toContain(`Usage: svc ${name}`);
});
