import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';

/** Lets the active context follow asynchronous work. One for the whole process: it holds nothing of any service. */
export function followContext(): void {
  context.setGlobalContextManager(createContextManager()); // does nothing where there is one already
}

type AnyFunction = (...args: unknown[]) => unknown;

function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.call(self as ThisParameterType<typeof work>, ...args)),
    bind: (active, target) =>
      typeof target === 'function' ? (bound(storage, active, target as unknown as AnyFunction) as unknown as typeof target) : target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

function bound(storage: AsyncLocalStorage<Context>, active: Context, target: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return storage.run(active, () => target.apply(this, args));
  };
}
