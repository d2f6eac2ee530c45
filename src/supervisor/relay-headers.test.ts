import { expect, it } from 'vitest';
import { passedHeaders } from './relay-headers.ts';

it('passes on what belongs to the message, spelled as it came', () => {
  expect(passedHeaders(['Host', 'a:1', 'X-Request-ID', 'r', 'set-cookie', 'a=1', 'set-cookie', 'b=2'])).toEqual([
    'Host',
    'a:1',
    'X-Request-ID',
    'r',
    'set-cookie',
    'a=1',
    'set-cookie',
    'b=2',
  ]);
});

it('keeps back what belongs to the connection, and what the message says belongs to it', () => {
  expect(passedHeaders(['Connection', 'keep-alive, X-Hop', 'Keep-Alive', 'timeout=5', 'x-hop', '1', 'X-End', '2'])).toEqual(['X-End', '2']);
});

it('never drops where a message ends', () => {
  expect(passedHeaders(['connection', 'content-length, host', 'content-length', '3', 'host', 'a'])).toEqual([
    'content-length',
    '3',
    'host',
    'a',
  ]);
});
