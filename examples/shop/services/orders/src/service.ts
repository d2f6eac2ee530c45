import type { CreateService } from '@svckit/chassis';

/** Each style is a module of its own: what is not chosen is not even loaded. */
const STYLES: Readonly<Record<string, () => Promise<{ createService: CreateService }>>> = {
  orchestration: () => import('./flow/orchestration.ts'),
  choreography: () => import('./flow/choreography.ts'),
};

const chosen = process.env['ORDER_FLOW'] ?? 'orchestration';

/** Orders, in the style that ORDER_FLOW names. */
export const { createService } = await (STYLES[chosen] ?? unknown)();

function unknown(): never {
  throw new Error(`ORDER_FLOW is ${chosen}: it is one of ${Object.keys(STYLES).join(', ')}`);
}
