import { describe, expect, it } from 'vitest';
import { type Attempt, pauseBefore } from './retry.ts';

const pause = (attempt: Attempt, number = 1, method = 'PATCH') => pauseBefore(attempt, { number, method, chance: 1 });

describe('a request is sent again', () => {
  it.each([
    ['after no answer', { status: undefined }],
    ['after an error of the server', { status: 500 }],
    ['where a proxy had no answer', { status: 502 }],
    ['where the server is full', { status: 429 }],
    ['where the server is away', { status: 503 }],
  ] as const)('%s', (_, attempt) => expect(pause(attempt)).toBe(100));

  it('after a conflict with a write at the same moment, a few times', () => {
    expect(pause({ status: 409, passing: true })).toBe(100);
    expect(pause({ status: 409, passing: true }, 5)).toBeUndefined();
    expect(pause({ status: 409, passing: true }, 1, 'PUT')).toBeUndefined();
  });

  it('where a list is asked of a server that has forgotten it', () => expect(pause({ status: 410 }, 1, 'GET')).toBe(100));

  it('after the pause that the server asks for, and at most half a minute', () => {
    expect(pause({ status: 429, retryAfterSeconds: 2 })).toBe(2_000);
    expect(pause({ status: 503, retryAfterSeconds: 3_600 })).toBe(30_000);
  });

  it('after pauses that grow, with a part of chance, up to five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((number) => pause({ status: undefined }, number))).toEqual([100, 200, 400, 800, 1600, 3200, 5000]);
    expect(pauseBefore({ status: undefined }, { number: 1, method: 'GET', chance: 0 })).toBe(50);
  });
});

describe('a request is not sent again', () => {
  it.each([200, 201, 400, 401, 403, 404, 409, 410, 422])('after %i', (status) => expect(pause({ status })).toBeUndefined());

  it('where it may have been carried out and a second one would count', () => {
    expect(pause({ status: undefined }, 1, 'POST')).toBeUndefined();
    expect(pause({ status: 500 }, 1, 'POST')).toBeUndefined();
    expect(pause({ status: 429 }, 1, 'POST')).toBe(100);
  });

  it('after eight attempts', () => expect(pause({ status: undefined }, 8)).toBeUndefined());
});
