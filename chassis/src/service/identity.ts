import { readFileSync } from 'node:fs';

/** Who a service is, in logs, spans and metrics. */
export interface Identity {
  readonly service: string;
  readonly version: string;
}

/** Name and version by the package.json beside the contract; its scope (`@shop/orders`) is no part of the name. */
export function identityBeside(contract: URL): Identity {
  const { name, version } = packageAt(new URL('package.json', contract));
  return {
    service: typeof name === 'string' ? name.slice(name.indexOf('/') + 1) : 'unknown',
    version: typeof version === 'string' ? version : '0.0.0',
  };
}

function packageAt(file: URL): { readonly name?: unknown; readonly version?: unknown } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
