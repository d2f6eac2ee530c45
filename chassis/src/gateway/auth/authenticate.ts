import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../http/problem.ts';
import type { PolicySpec } from '../routes/types.ts';
import { type ApiKey, findApiKey } from './api-keys.ts';
import type { Identity } from './identity.ts';
import type { TokenChecker } from './tokens.ts';

export const API_KEY_HEADER = 'x-api-key';

export interface AuthParts {
  readonly tokens: TokenChecker | undefined;
  readonly apiKeys: readonly ApiKey[];
}

type Required = NonNullable<PolicySpec['authentication']>;

/**
 * Who asks, by the first proof that the route takes. Undefined where the route lets strangers in and no proof was given;
 * a proof that does not hold is refused in any case. Answers at once where it can: most requests repeat a known token.
 * @throws Problem 401 or 403
 */
export function authenticate(required: Required, headers: IncomingHttpHeaders, parts: AuthParts): Identity | undefined | Promise<Identity> {
  const bearer = required.anyOf.includes('jwt') ? headers.authorization : undefined;
  if (bearer !== undefined) return byToken(required, bearer, parts);
  const key = required.anyOf.includes('apiKey') ? headers[API_KEY_HEADER] : undefined;
  if (key !== undefined) return allowed(required, findApiKey(parts.apiKeys, String(key)));
  if (required.optional || required.anyOf.length === 0) return undefined;
  throw refused(required, 'This needs a proof of who you are');
}

function byToken(required: Required, header: string, { tokens }: AuthParts): Identity | Promise<Identity> {
  const token = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined || !tokens) throw refused(required, 'The Authorization header must be Bearer and a token');
  const known = tokens.remembered(token);
  return known ? allowed(required, known) : tokens.verify(token).then((identity) => allowed(required, identity));
}

function allowed(required: Required, identity: Identity | undefined): Identity {
  if (!identity) throw refused(required, 'The proof of who you are is not valid', 'invalid_token');
  const missing = (required.scopes ?? []).filter((scope) => !identity.scopes.includes(scope));
  if (missing.length === 0) return identity;
  const challenge = `Bearer error="insufficient_scope", scope="${required.scopes?.join(' ')}"`;
  throw new Problem({ status: 403, detail: `This needs the scope ${missing.join(' ')}`, headers: { 'www-authenticate': challenge } });
}

/** RFC 6750, section 3. */
function refused({ anyOf }: Required, detail: string, error?: string): Problem {
  const bearer = anyOf.includes('jwt') ? [error ? `Bearer error="${error}"` : 'Bearer'] : [];
  const challenge = [...bearer, ...(anyOf.includes('apiKey') ? ['ApiKey'] : [])].join(', ');
  return new Problem({ status: 401, detail, headers: { 'www-authenticate': challenge } });
}
