import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { until } from '../process.ts';
import { where } from '../where.ts';

export function configuration(house: House): void {
  describe('1. Configuration', () => {
    it('ends with exit code 78 and one fatal line that tells all errors', async () => {
      const { [house.subject.required]: _, ...env } = house.env();
      const instance = await house.launch({ ...env, LOG_LEVEL: 'loud', DRAIN_TIMEOUT_MS: 'soon' });
      expect(await instance.exited).toBe(78);
      const fatal = instance.logs().filter(({ level }) => level === 'fatal');
      expect(fatal).toHaveLength(1);
      for (const variable of [house.subject.required, 'LOG_LEVEL', 'DRAIN_TIMEOUT_MS'])
        expect(JSON.stringify(fatal[0])).toContain(variable);
    });

    it('reads a variable from the file that its _FILE twin names, without the last line end', async () => {
      const instance = await house.start({ OTEL_SERVICE_NAME_FILE: fileWith('from-a-file\n') });
      expect(instance.logs()[0]).toMatchObject({ service: 'from-a-file' });
    });

    it('refuses a variable that is given twice', async () => {
      const instance = await house.launch({ ...house.env(), LOG_LEVEL: 'info', LOG_LEVEL_FILE: fileWith('info') });
      expect(await instance.exited).toBe(78);
      expect(instance.output.join()).toContain('LOG_LEVEL_FILE');
    });

    it('names a file that it cannot read', async () => {
      const instance = await house.launch({ ...house.env(), LOG_LEVEL_FILE: '/nowhere/level' });
      expect(await instance.exited).toBe(78);
      expect(instance.output.join()).toContain('/nowhere/level');
    });

    it('obeys LOG_LEVEL', async () => {
      const instance = await house.start({ LOG_LEVEL: 'error' });
      await fetch(`${instance.url}${house.subject.get}`);
      expect(instance.output).toEqual([]);
    });

    where(house.subject.database)('never logs the password of its database', async () => {
      const variable = house.subject.database?.variable ?? '';
      const address = new URL(house.env()[variable] ?? '');
      address.password = 'correct-horse-battery';
      const instance = await house.launch({ ...house.env(), [variable]: address.href, LOG_LEVEL: 'trace' });
      await until('it says something', () => instance.output.length > 0);
      await Promise.race([instance.exited, sleep(1_000)]);
      expect(instance.output.join('\n')).not.toContain('correct-horse-battery');
    });
  });
}

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'value');
  writeFileSync(file, text);
  return file;
}
