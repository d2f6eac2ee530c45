import { type Answer, faultOf, type Input } from '../input.ts';
import type { Objection } from './inputs.ts';
import type { Capability } from './manifest.ts';
import type { TemplateDocument } from './shape.ts';

type Written = TemplateDocument['spec']['svckit']['capabilities'];

/** What can be added to a service, in the order of the manifest. */
export function capabilitiesOf(written: Written): readonly Capability[] {
  return Object.entries(written).map(([name, capability]) =>
    'append' in capability
      ? { name, title: capability.title, set: {}, append: capability.append }
      : { name, title: capability.title, set: capability.set as Readonly<Record<string, Answer>> },
  );
}

/** What is wrong with them: an input that does not exist, or a value that it does not take. */
export function capabilityComplaints(capabilities: readonly Capability[], inputs: readonly Input[]): readonly Objection[] {
  return capabilities.flatMap(({ name, set, append }) => {
    const at = ['spec', 'svckit', 'capabilities', name];
    const wrong = Object.entries(set).map(([input, value]) => ({ path: [...at, 'set', input], message: setFault(input, value, inputs) }));
    const found = append === undefined ? wrong : [{ path: [...at, 'append'], message: appendFault(append, inputs) }];
    return found.flatMap(({ path, message }) => (message === undefined ? [] : [{ path, message }]));
  });
}

function setFault(name: string, value: Answer, inputs: readonly Input[]): string | undefined {
  const input = inputs.find((candidate) => candidate.name === name);
  if (!input) return `"${name}" is no input of this template`;
  if (input.secret) return `"${name}" is a secret: it cannot be part of a capability`;
  const fault = faultOf(input, value);
  return fault && `"${name}" ${fault}`;
}

function appendFault(name: string, inputs: readonly Input[]): string | undefined {
  const input = inputs.find((candidate) => candidate.name === name);
  if (!input) return `"${name}" is no input of this template`;
  return input.type === 'array' && !input.secret ? undefined : `"${name}" is no list that something could be added to`;
}
