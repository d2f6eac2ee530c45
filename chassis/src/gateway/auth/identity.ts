/** Who a request is made by, once that is proven. */
export interface Identity {
  /** The subject of a token, or the name of an API key. */
  readonly id: string;
  readonly scopes: readonly string[];
  readonly by: 'jwt' | 'apiKey';
}

/** What services behind the gateway are told: a client can never set these headers itself. */
export function identityHeaders({ id, scopes, by }: Identity): Readonly<Record<string, string>> {
  return { 'x-user-id': id, 'x-user-auth': by, ...(scopes.length > 0 && { 'x-user-scopes': scopes.join(' ') }) };
}

/** What may be sent in a header, so that no subject of a token becomes a second header line. */
const SENDABLE = /^[\x21-\x7e]{1,256}$/;

export function isSendable(id: unknown): id is string {
  return typeof id === 'string' && SENDABLE.test(id);
}
