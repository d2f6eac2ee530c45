import { METHODS } from '../../http/contract.ts';
import type { ApiDocument, Members } from './document.ts';

const IDENTITY_HEADER = /^x-user-/i;

/** A service's document without the headers that the gateway sets itself: what a client sends under these names is taken out. */
export function forClients({ paths = {}, components = {}, ...document }: ApiDocument): ApiDocument {
  const { parameters: shared = {} } = components;
  const isOurs = (parameter: unknown) => isIdentity(parameter, shared);
  const item = (members: Members) =>
    without(
      mapped(members, (value, key) => (isMethod(key) ? without(value as Members, isOurs) : value)),
      isOurs,
    );
  const parameters = Object.fromEntries(Object.entries(shared).filter(([, parameter]) => !isOurs(parameter)));
  return { ...document, paths: mapped(paths, item), components: { ...components, ...(components['parameters'] && { parameters }) } };
}

function isIdentity(parameter: unknown, shared: Members): boolean {
  const { $ref, name = '', in: place } = (parameter ?? {}) as { readonly $ref?: string; readonly name?: string; readonly in?: string };
  if ($ref !== undefined) return isIdentity(shared[$ref.slice($ref.lastIndexOf('/') + 1)], {});
  return place === 'header' && IDENTITY_HEADER.test(name);
}

function without(members: Members, isOurs: (parameter: unknown) => boolean): Members {
  const { parameters } = members;
  return Array.isArray(parameters) ? { ...members, parameters: parameters.filter((parameter) => !isOurs(parameter)) } : members;
}

function isMethod(key: string): boolean {
  return METHODS.some((method) => method === key);
}

function mapped<T, R>(members: Readonly<Record<string, T>>, change: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, change(value, key)]));
}
