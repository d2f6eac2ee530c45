import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../runtime/runtime.ts';
import { sender } from './send.ts';

const NOW = Date.parse('2026-01-01T12:00:00.500Z');

/** A sender on a machine whose clock says noon; the server says what is given. */
function at(dates: readonly (string | undefined)[], status = 200) {
  const left = [...dates];
  const request = async (): Promise<HttpResponse> => {
    const date = left.shift();
    return {
      status,
      headers: date === undefined ? {} : { date },
      bytes: async () => Buffer.from(''),
      text: async () => '',
      lines: async function* () {},
    };
  };
  return sender({
    cluster: { context: 'test', server: 'https://test', namespace: undefined, request },
    namespace: 'shop',
    signal: new AbortController().signal,
    now: () => new Date(NOW),
    chance: () => 0,
    pause: async () => {},
  });
}

describe('the time of a cluster', () => {
  it.each([
    ['is this machine’s where they agree to the second', 'Thu, 01 Jan 2026 12:00:00 GMT', NOW],
    ['is its own where that is an hour ahead', 'Thu, 01 Jan 2026 13:00:00 GMT', Date.parse('2026-01-01T13:00:00Z')],
    ['is its own where that is an hour behind', 'Thu, 01 Jan 2026 11:00:00 GMT', Date.parse('2026-01-01T11:00:00Z')],
    ['is this machine’s where it says none', undefined, NOW],
  ])('%s', async (_, date, expected) => {
    const { send, now } = at([date]);
    await send({ method: 'GET', path: '/', about: 'x' });
    expect(now().getTime()).toBe(expected);
  });

  it('follows a clock that is put right in the middle', async () => {
    const { send, now } = at(['Thu, 01 Jan 2026 13:00:00 GMT', 'Thu, 01 Jan 2026 12:00:00 GMT']);
    await send({ method: 'GET', path: '/', about: 'x' });
    await send({ method: 'GET', path: '/', about: 'x' });
    expect(now().getTime()).toBe(NOW);
  });
});
