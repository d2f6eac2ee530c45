import type { JSONWebKeySet } from 'jose';

const TIMEOUT_MS = 3_000;
const LARGEST = 256 * 1024;

/** Fetches a JSON Web Key Set; redirects are not followed: keys come from where the configuration says. */
export async function fetchKeySet(address: URL): Promise<JSONWebKeySet> {
  const answer = await fetch(address, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json' },
  });
  if (!answer.ok) throw new Error(`${address.href} answered ${answer.status}`);
  const text = await answer.text();
  if (text.length > LARGEST) throw new Error(`${address.href} answered more than a key set`);
  const found = JSON.parse(text) as JSONWebKeySet;
  if (!Array.isArray(found?.keys)) throw new Error(`${address.href} answered no key set`);
  // A shared secret has no place among public keys, and would make HS256 possible.
  return { keys: found.keys.filter(({ kty }) => kty !== 'oct') };
}
