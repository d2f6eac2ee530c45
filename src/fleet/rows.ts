import { join } from 'node:path';
import { counted } from '../document/counted.ts';
import type { Upgrade } from '../upgrade/upgrade.ts';
import type { FleetRow, FleetService, LeftService } from './change.ts';
import type { End } from './change-machine.ts';
import type { Unread } from './find-fleet.ts';
import type { Work } from './perform.ts';

/** A change as the report shows it: a row for each of its services. */
export function rowsOf(work: Work, end: End): readonly FleetRow[] {
  const { plan, branch, commit } = work;
  if (!plan) return work.change.services.map((service) => ({ ...blank(service, work), ...told(end) }));
  const isOut = end.state !== 'current' && end.state !== 'behind' && plan.upgrades.length > 0;
  const brought = { branch: isOut ? branch : undefined, commit: isOut ? commit : undefined, ...told(end) };
  return [
    ...plan.upgrades.map(({ service, upgrade }) => ({ ...blank(service, work), template: versions(service, upgrade), ...brought })),
    ...plan.left.map((left) => ({ ...blank(left.service, work), ...leftRow(left, { work, end }) })),
  ].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function leftRow(left: LeftService, { work, end }: { readonly work: Work; readonly end: End }): Partial<FleetRow> {
  if (left.state === 'failed') return { state: 'failed', reason: left.reason, hint: left.hint };
  const { files } = left.upgrade;
  const template = versions(left.service, left.upgrade);
  if (left.state === 'current') return { template, ...told(end.state === 'merged' ? end : { state: 'current' }) };
  const conflicts = files.filter(({ fate }) => fate === 'conflict').map(({ path }) => path);
  const many = counted(conflicts.length, 'file');
  return { template, state: 'conflict', conflicts, reason: `${many} changed here and by the template`, hint: byHand(left.service, work) };
}

function versions({ made }: FleetService, { template: { to } }: Upgrade): FleetRow['template'] {
  const { name, version } = made.lock.template;
  return { name, from: version, to };
}

function byHand({ prefix }: FleetService, { home }: Work): string {
  const folder = home.remote ? prefix || '.' : join(home.root, prefix);
  return `Settle it ${home.remote ? 'in a checkout' : 'there'}: svc upgrade ${folder}`;
}

function told(end: End): Partial<FleetRow> & Pick<FleetRow, 'state'> {
  const pullRequest = 'pullRequest' in end && end.pullRequest ? end.pullRequest : undefined;
  const { number, url, checks, draft } = pullRequest ?? {};
  return {
    state: end.state,
    ...(number !== undefined &&
      url !== undefined &&
      checks !== undefined &&
      draft !== undefined && { pullRequest: { number, url, checks, draft } }),
    ...('reason' in end && end.reason !== undefined && { reason: end.reason }),
    ...('hint' in end && { hint: end.hint }),
  };
}

/** Services that a run did not come to. */
export function waitingRows(work: Work): readonly FleetRow[] {
  return work.change.services.map((service) => ({ ...blank(service, work), reason: 'not in this wave' }));
}

/** What could not be read at all. */
export function unreadRow({ name, repository, prefix = '', reason, hint }: Unread): FleetRow {
  const template = { name: '', from: '', to: undefined };
  return { ...EMPTY, name, repository, folder: prefix, owner: undefined, template, state: 'failed', reason, hint };
}

const EMPTY = { branch: undefined, commit: undefined, pullRequest: undefined, reason: undefined, hint: undefined, conflicts: [] } as const;

function blank({ name, prefix, owner, made }: FleetService, { change }: Work): FleetRow {
  const { template } = made.lock;
  const at = { name, repository: change.repository, folder: prefix, owner };
  return { ...EMPTY, ...at, template: { name: template.name, from: template.version, to: undefined }, state: 'behind' };
}
