import { resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { completeAnswers } from '../template/answers.ts';
import { faultOfText } from '../template/ask.ts';
import type { Answer, Answers, Input } from '../template/input.ts';
import type { Capability } from '../template/manifest/manifest.ts';
import { nearest } from '../template/nearest.ts';
import { newShelf } from '../template/sources/shelf.ts';
import type { Template } from '../template/template.ts';
import { type ChangedAnswers, recordedNow } from './answers.ts';
import { offeredTemplate } from './offer.ts';
import { type Made, readMade, serviceFolder } from './service.ts';

/** What a user adds: a capability of the template, and for one that is a list what goes into it. */
export interface Addition {
  readonly capability: string;
  readonly values: readonly string[];
}

/** An addition as an upgrade takes it. */
export interface AddedAnswers {
  readonly template: Template;
  readonly set: ChangedAnswers;
  readonly notes: readonly string[];
}

/** What can be added to a service, and what is there already. */
export interface Addable {
  readonly name: string;
  /** Absolute path of the service. */
  readonly folder: string;
  readonly template: { readonly name: string; readonly version: string };
  readonly capabilities: readonly AddableCapability[];
}

export interface AddableCapability {
  readonly name: string;
  readonly title: string;
  readonly there: boolean;
  /** What a list holds by now; absent for what is there or not. */
  readonly values?: readonly string[];
}

/**
 * What can be added to a service.
 * @param path somewhere in the service, as seen from the command's folder
 * @throws SvcError workspace/no-service, template/not-found
 */
export async function addable(path: string, runtime: Runtime): Promise<Addable> {
  const made = await readMade(await serviceFolder(resolve(runtime.cwd, path), runtime), runtime);
  const template = await templateToAddFrom(made, runtime);
  const answers = answersNow(made, template);
  const capabilities = template.manifest.capabilities.map(({ name, title, set, append }) => {
    if (append === undefined) return { name, title, there: isThere(set, answers) };
    const values = listAt(answers, append);
    return { name, title, there: values.length > 0, values };
  });
  return { name: made.name, folder: made.folder, template: made.lock.template, capabilities };
}

/**
 * The answers that an addition stands for, and the version of the template that they are for: the service's own where the source
 * still offers it, else the current one. No answers where all of it is there already.
 * @param ask whether somebody is there to name what goes into a list
 * @throws SvcError input/invalid where the template has no such capability, or the addition does not fit it
 */
export async function answersToAdd(
  made: Made,
  addition: Addition,
  { ask, runtime }: { ask: boolean; runtime: Runtime },
): Promise<AddedAnswers> {
  const template = await templateToAddFrom(made, runtime);
  const capability = capabilityOf(template, addition.capability);
  const answers = answersNow(made, template);
  const input = template.manifest.inputs.find(({ name }) => name === capability.append);
  const set = input
    ? appended(input, await valuesFor(addition, { input, ask, runtime }), answers)
    : settings(capability, addition, answers);
  return { template, set, notes: set.length > 0 ? versionNote(made, template) : [] };
}

/** The version that the service has, where its source still offers it: adding something is no reason to take anything else. */
async function templateToAddFrom(made: Made, runtime: Runtime): Promise<Template> {
  const shelf = newShelf();
  try {
    return await offeredTemplate(made, { to: made.lock.template.version, shelf }, runtime);
  } catch (error) {
    if (error instanceof SvcError && error.code === 'template/not-found') return offeredTemplate(made, { shelf }, runtime);
    throw error;
  }
}

function versionNote({ lock }: Made, { manifest: { name, version } }: Template): readonly string[] {
  if (version === lock.template.version) return [];
  return [`This upgrades ${name} ${lock.template.version} to ${version} as well: ${lock.template.version} is not offered any more`];
}

/** Lenient: what does not fit any more is told when the answers are needed. */
function answersNow(made: Made, { manifest }: Template): Answers {
  const { answers } = recordedNow(made, manifest);
  const defaults = manifest.inputs.map((input) => ({ ...input, required: false }));
  const known = Object.entries(answers).filter(([name]) => manifest.inputs.some((input) => input.name === name));
  try {
    return completeAnswers(
      defaults,
      known.map(([name, value]) => ({ name, value, from: 'file' })),
    );
  } catch (error) {
    if (error instanceof SvcError) return answers as Answers;
    throw error;
  }
}

function capabilityOf({ manifest: { name: template, version, capabilities } }: Template, name: string): Capability {
  const found = capabilities.find((each) => each.name === name);
  if (found) return found;
  const names = capabilities.map((each) => each.name);
  const meant = nearest(name, names);
  throw new SvcError('input/invalid', `${template} ${version} has nothing called ${name} to add`, {
    hint: meant
      ? `Did you mean ${meant}? svc add ${meant}`
      : names.length > 0
        ? `There is: ${names.join(', ')}`
        : 'Nothing can be added to it: its template declares no capabilities',
  });
}

function settings({ name, set }: Capability, { values }: Addition, answers: Answers): ChangedAnswers {
  if (values.length > 0) throw new SvcError('input/invalid', `Too many words: ${values.join(' ')}`, { hint: `Write: svc add ${name}` });
  return isThere(set, answers) ? [] : Object.entries(set);
}

function appended({ name }: Input, values: readonly string[], answers: Answers): ChangedAnswers {
  const list = listAt(answers, name);
  const now = [...new Set([...list, ...values])];
  return now.length === list.length ? [] : [[name, now]];
}

async function valuesFor(
  { capability, values }: Addition,
  { input, ask, runtime }: { readonly input: Input; readonly ask: boolean; readonly runtime: Runtime },
): Promise<readonly string[]> {
  if (values.length > 0) return values;
  if (ask) {
    const validate = (text: string) => (text.trim() === '' ? 'Name at least one' : faultOfText(input, text));
    const text = await runtime.ask.text({ message: `${input.title} (separated by commas)`, validate });
    return text.split(',').map((each) => each.trim());
  }
  throw new SvcError('input/invalid', `svc add ${capability} needs to know what: ${input.title}`, {
    hint: `Name it: svc add ${capability} products`,
  });
}

function isThere(set: Readonly<Record<string, Answer>>, answers: Answers): boolean {
  return Object.entries(set).every(([name, value]) => JSON.stringify(answers[name]) === JSON.stringify(value));
}

function listAt(answers: Answers, name: string): readonly string[] {
  return [answers[name] ?? []].flat().map(String);
}
