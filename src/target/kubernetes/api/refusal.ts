import { SvcError } from '../../../errors.ts';
import type { Answer } from './send.ts';

/** A field that somebody else owns and that would have been changed. */
export interface FieldConflict {
  /** `.spec.replicas` */
  readonly field: string;
  readonly manager: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[] };
}

/** What an answer that is not what was asked for means, and what to do about it. */
export function refusal({ status, text }: Pick<Answer, 'status' | 'text'>, about: string): SvcError {
  const { message = `status ${status}` } = statusIn(text);
  if (status === 401) {
    return new SvcError('cluster/unauthorized', `The cluster does not know who asks, or not any more: ${message}`, {
      hint: 'Log in again, then run the command again: a deploy goes on from where it stopped',
    });
  }
  if (status === 403 && isWithoutRight(message)) {
    return new SvcError('cluster/forbidden', `No right to ${about}: ${message}`, { hint: 'Ask for this right, or use another context' });
  }
  return new SvcError('cluster/refused', `The cluster refuses ${about}: ${withoutName(message)}`, { hint: hintFor(message) });
}

/** Quotas and policies forbid with the same status; only of a missing right the API server speaks of who cannot do what. */
function isWithoutRight(message: string): boolean {
  return /\bcannot \w+ (resource|path)\b/.test(message);
}

function withoutName(message: string): string {
  return message.replace(/^\S+ "[^"]*" is forbidden: /, '');
}

/** The next step of who is refused an object, or the pods of one. */
export function hintFor(message: string): string {
  if (/exceeded quota/i.test(message)) return 'Free something in this namespace, or have its quota raised';
  if (/PodSecurity/.test(message)) return 'Set the fields that it names: see the patches in docs/kubernetes.md';
  if (/serviceaccount/i.test(message)) return 'Is the service account there? kubectl get serviceaccounts';
  if (/AdmissionPolicy|admission webhook|denied/i.test(message)) return 'Ask whoever owns the policy, or change what it names';
  return 'See what it would take: svc render';
}

/** Who owns what would have been changed. */
export function conflictsIn(text: string): readonly FieldConflict[] {
  const causes = statusIn(text).details?.causes ?? [];
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? message }));
}

function statusIn(text: string): Status {
  try {
    return JSON.parse(text) as Status;
  } catch {
    return { message: text.slice(0, 200) };
  }
}
