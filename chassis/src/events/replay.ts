import type { Worker } from '../service/worker.ts';
import { quietly } from '../telemetry/quiet.ts';
import type { Bell } from './bell.ts';
import { keepLetters, keysToReplay, takeLetter } from './dead-letters.ts';
import { parseEvent } from './event.ts';
import { apply, describe, type HandlingParts, isTechnical, observed } from './handle.ts';

const LOOK_MS = 1_000;

/** Handles dead letters again once somebody asks for it, those of a key in their order. */
export function createReplayer(parts: HandlingParts, bell: Bell): Worker {
  let stopped = false;
  let working: Promise<void> = Promise.resolve();
  const work = async () => {
    while (!stopped) {
      await replayAsked(parts).catch((error) => parts.logger.warn({ error }, 'dead letters could not be looked at'));
      if (!stopped) await bell.wait(LOOK_MS);
    }
  };
  return {
    start() {
      working = quietly(work);
    },
    async stop() {
      stopped = true;
      bell.ring();
      await working;
    },
  };
}

async function replayAsked(parts: HandlingParts): Promise<void> {
  for (const key of await keysToReplay(parts.db)) await replayKey(parts, key);
}

/** Handles the letters of a key one after the other, each in its transaction, until none is left or one fails again. */
async function replayKey(parts: HandlingParts, key: string): Promise<void> {
  try {
    while (await replayFirst(parts, key));
  } catch (error) {
    if (isTechnical(error)) return; // still asked for: tried again in a moment
    parts.logger.error({ error, key }, 'a dead letter could not be handled again');
    await keepLetters(parts.db, key, describe(error));
  }
}

function replayFirst(parts: HandlingParts, key: string): Promise<boolean> {
  return parts.db.transaction(async (tx) => {
    const record = await takeLetter(tx, key);
    if (!record) return false;
    const event = parseEvent(record.value);
    await observed(parts, { record, event }, () => apply(parts, event, tx));
    return true;
  });
}
