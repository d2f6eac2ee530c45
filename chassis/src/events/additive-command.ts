#!/usr/bin/env node
import { additiveGate } from './additive-gate.ts';
import { EventContractError } from './contract.ts';

/** `svckit-events <git ref>`: fails where asyncapi.yaml takes something away that it promised at that commit. */
try {
  const ref = process.argv[2];
  if (ref === undefined || ref.startsWith('-')) throw new EventContractError('Say what to compare with: svckit-events origin/main');
  const broken = additiveGate(process.cwd(), ref);
  for (const line of broken) console.error(line);
  if (broken.length > 0) console.error('Others read what was written before: add a new type of event beside the old one.');
  process.exitCode = broken.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof EventContractError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
