import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { EventContract, EventMessage, Schema } from './contract.ts';

/** What is wrong with the data of an event; undefined where it is as the contract says. */
export type CheckData = (message: EventMessage, data: unknown) => string | undefined;

const CONTRACT_ID = 'asyncapi.json';

/** Compiles the schema of each event once. A broken schema is told at the start. */
export function compileDataChecks({ document, sends, receives }: EventContract): CheckData {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true, meta: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(document as AnySchema, CONTRACT_ID);
  const messages = [...sends.values(), ...receives.values()];
  const compiled = new Map(messages.map((message) => [message.payload, ajv.compile(anchored(message.payload) as AnySchema)]));
  return ({ payload }, data) => complaint(compiled.get(payload), data);
}

function complaint(validate: ValidateFunction | undefined, data: unknown): string | undefined {
  if (!validate || validate(data)) return undefined;
  const [first] = validate.errors ?? [];
  return `data${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`;
}

/** A part of the document, with its references made to lead there from anywhere. */
function anchored(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(anchored);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node as Schema).map(([key, value]) => [key, key === '$ref' ? `${CONTRACT_ID}${String(value)}` : anchored(value)]),
  );
}
