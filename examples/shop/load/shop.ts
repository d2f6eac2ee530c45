import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Buyer } from './session.ts';

/** Where the services of the shop are that `svc up` runs. */
export type Addresses = Readonly<Record<string, string>>;

const PASSWORD = 'correct horse battery staple';

/** @throws Error where the shop does not run */
export function addresses(): Addresses {
  const svc = new URL('../../../bin/svc.js', import.meta.url).pathname;
  const { data } = JSON.parse(execFileSync(process.execPath, [svc, 'list', '--json'], { encoding: 'utf8' })) as Listed;
  const found = data.services.flatMap(({ name, environments: { local } }) => (local.url ? [[name, local.url] as const] : []));
  if (!found.some(([name]) => name === 'gateway')) throw new Error('The shop does not run here: svc up');
  return Object.fromEntries(found);
}

interface Listed {
  readonly data: { readonly services: readonly { readonly name: string; readonly environments: { readonly local: { readonly url?: string } } }[] };
}

/** Products of which there is enough for any load. */
export async function stockUp({ products, inventory }: Addresses, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const { id } = await call(`${products}/products`, 'POST', { name: `Tea no. ${number}`, price: 100 * number });
    await call(`${inventory}/inventory/${id}/deliveries/${randomUUID()}`, 'PUT', { quantity: 1_000_000 });
  }
}

/** People with an account and a profile. They sign in behind the gateway, which lets one machine do so only now and then. */
export async function buyers({ auth, users }: Addresses, count: number): Promise<readonly Buyer[]> {
  const made: Buyer[] = [];
  for (let number = 0; number < count; number++) {
    const email = `${randomUUID()}@load.test`;
    const { id } = await call(`${auth}/accounts`, 'POST', { email, password: PASSWORD });
    await call(`${users}/users/${id}`, 'PUT', { name: `Buyer ${number}`, email });
    made.push({ token: (await call(`${auth}/tokens`, 'POST', { email, password: PASSWORD })).accessToken });
  }
  return made;
}

async function call(url: string, method: string, body: unknown): Promise<{ readonly id: string; readonly accessToken: string }> {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json() as Promise<{ readonly id: string; readonly accessToken: string }>;
}
