import { describe, expect, it } from 'vitest';
import type { House } from '../house.ts';
import { call } from '../http.ts';
import { where } from '../where.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function requestIds(house: House): void {
  const answered = async (headers: Readonly<Record<string, string>>) =>
    (await call(`${house.instance().url}${house.subject.get}`, { headers })).headers['x-request-id'];

  describe('6. Request id', () => {
    it.each(['a', 'A9._:~+/=-', 'x'.repeat(128)])('takes over %s', async (id) => {
      expect(await answered({ 'x-request-id': id })).toBe(id);
    });

    it.each([
      ['a space', 'a b'],
      ['a quote', 'a"b'],
      ['nothing', ''],
      ['129 characters', 'x'.repeat(129)],
      ['an angle bracket', '<script>'],
    ])('makes a UUID instead of %s', async (_, id) => {
      expect(await answered({ 'x-request-id': id })).toMatch(UUID);
    });

    it('makes one where there is none, in error answers too', async () => {
      expect(await answered({})).toMatch(UUID);
      const missing = await call(`${house.instance().url}/no/such/path`);
      expect(missing.headers['x-request-id']).toMatch(UUID);
      expect(missing.json()['requestId']).toBe(missing.headers['x-request-id']);
    });

    where(house.subject.peer)('passes it on', async () => {
      const { path = '', asks = '' } = house.subject.peer ?? {};
      house.peer().change({ [asks]: { status: 200, body: {} } });
      await call(`${house.instance().url}${path}`, { headers: { 'x-request-id': 'passed-on' } });
      expect(house.peer().requests.at(-1)?.headers['x-request-id']).toBe('passed-on');
    });
  });
}
