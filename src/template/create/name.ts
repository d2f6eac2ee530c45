import { SvcError } from '../../errors.ts';

/** A DNS label (RFC 1035, as Kubernetes asks for service names) that is a name in Backstage's catalog as well: at most 63 of these. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST = 63;

/** What is wrong with the name of a service, as a sentence; undefined where nothing is. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'A name is needed';
  if (name.length > LONGEST) return `A name has at most ${LONGEST} characters, this one has ${name.length}`;
  return NAME.test(name) ? undefined : 'A name is lower-case letters, digits and single dashes, and begins with a letter';
}

/** @throws SvcError input/invalid with a name that would do */
export function refuseName(name: string, template: string): void {
  const fault = nameFault(name);
  if (fault === undefined) return;
  throw new SvcError('input/invalid', `${JSON.stringify(name)} cannot be the name: ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`, {
    hint: `It becomes a host name and a name in the catalog; for example: svc new ${template} ${similar(name)}`,
  });
}

function similar(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const joined = words
    .join('-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return joined === '' ? 'orders' : joined;
}
