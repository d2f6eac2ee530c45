import { every, service } from '@svckit/chassis';
import { type ConfigOf, integer, text } from '@svckit/chassis/config';
import { forgetOldAttempts } from './accounts/attempts.ts';
import { passwords } from './accounts/password.ts';
import { handlers } from './handlers.ts';
import { rotateKeys } from './keys/store.ts';
import { TOKEN_SECONDS, type TokenRules } from './keys/tokens.ts';
import { needs } from './needs.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const settings = {
  issuer: text('TOKEN_ISSUER', { default: 'http://auth' }),
  audience: text('TOKEN_AUDIENCE', { default: 'shop' }),
  passwordCost: integer('PASSWORD_COST', { default: 15, min: 4, max: 20 }),
  lookEveryMs: integer('LOOK_EVERY_MS', { default: MINUTE, min: 1 }),
  rotateDays: integer('ROTATE_KEYS_DAYS', { default: 30, min: 1, max: 365 }),
};

/** Gateways fetch keys every five minutes, and clocks differ by one at most. */
function rulesOf({ issuer, audience, rotateDays }: ConfigOf<typeof settings>): TokenRules {
  return {
    issuer,
    audience,
    everyMs: rotateDays * DAY,
    aheadMs: 10 * MINUTE,
    keepMs: TOKEN_SECONDS * 1000 + MINUTE,
  };
}

/** What this service is made of: its contract, what it needs, a handler for each operation, and what it does beside. */
export const createService = service({
  contract: new URL('../openapi.yaml', import.meta.url),
  needs,
  config: settings,
  handlers: ({ db }, { config }) => handlers({ db, passwords: passwords(config.passwordCost), rules: rulesOf(config) }),
  workers: ({ db }, { config, log }) => [
    every({ name: 'rotating keys', everyMs: config.lookEveryMs, work: () => rotateKeys(db, rulesOf(config)) }, log),
    every({ name: 'forgetting attempts', everyMs: config.lookEveryMs, work: () => forgetOldAttempts(db) }, log),
  ],
});
