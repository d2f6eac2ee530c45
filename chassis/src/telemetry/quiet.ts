import { context, createContextKey } from '@opentelemetry/api';

const KEY = createContextKey('svckit quiet');

/** Runs work that makes no spans of its own: loops that look for something to do would fill every trace store. */
export function quietly<T>(work: () => T): T {
  return context.with(context.active().setValue(KEY, true), work);
}

export function isQuiet(): boolean {
  return context.active().getValue(KEY) === true;
}
