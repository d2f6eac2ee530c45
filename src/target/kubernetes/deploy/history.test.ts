import { describe, expect, it } from 'vitest';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import { closed, lastGoodOf, opened } from './history.ts';
import type { Record } from './record.ts';

const titlesOf = (objects: readonly KubernetesObject[]) => objects.map(titleOf);
const who = { by: 'ada', at: '2026-01-01T00:00:00Z' };
const map = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } });
const podsOf = (image: string) => ({ template: { spec: { containers: [{ name: 'main', image }] } } });
const deployed = (before: Record | undefined, ...objects: KubernetesObject[]) => closed(opened(before, objects, who), { is: 'deployed' });
const failed = (before: Record | undefined, restored: boolean, ...objects: KubernetesObject[]) =>
  closed(opened(before, objects, who), { is: 'failed', why: 'it crashed', restored });

describe('the record of a deploy', () => {
  it('knows before the first change what served and everything that may be there', () => {
    const record = opened(deployed(undefined, map('a'), map('b')), [map('a'), map('c')], who);
    expect(record).toMatchObject({ phase: 'pending', revision: 2, lastGood: [map('a'), map('b')] });
    expect(titlesOf(record.inventory)).toEqual(['ConfigMap a', 'ConfigMap b', 'ConfigMap c']);
    expect(record.inventory[0]).not.toHaveProperty('data');
  });

  it('goes back to the last good version, over any number of failures', () => {
    const good = deployed(undefined, map('a'));
    const bad = failed(failed(good, false, map('b')), false, map('c'));
    expect(lastGoodOf(bad)).toEqual([map('a')]);
    expect(titlesOf(bad.inventory)).toEqual(['ConfigMap a', 'ConfigMap b', 'ConfigMap c']);
  });

  it('has nothing to go back to where the first deploy failed', () => {
    expect(lastGoodOf(failed(undefined, false, map('a')))).toBeUndefined();
    expect(lastGoodOf(undefined)).toBeUndefined();
  });

  it('holds the old version alone once that is back', () => {
    const record = failed(deployed(undefined, map('a')), true, map('b'));
    expect(record).toMatchObject({ phase: 'restored', current: [map('a')] });
    expect(titlesOf(record.inventory)).toEqual(['ConfigMap a']);
  });

  it('keeps the names of what could not be taken away', () => {
    const record = closed(opened(deployed(undefined, map('a')), [map('b')], who), { is: 'deployed', note: 'no answer' });
    expect(titlesOf(record.inventory)).toEqual(['ConfigMap a', 'ConfigMap b']);
  });

  it('tells of one that was killed, and of who it was', () => {
    const killed = opened(deployed(undefined, map('a')), [map('b')], { ...who, by: 'bob' });
    const record = deployed(killed, map('b'));
    expect(record.releases.map(({ revision, by, outcome }) => `${revision} ${by} ${outcome}`)).toEqual([
      '3 ada deployed',
      '2 bob interrupted',
      '1 ada deployed',
    ]);
  });

  it('tells which images ran, and how long it took', () => {
    const pods = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: podsOf('orders:2') };
    const migration = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'm' }, spec: podsOf('migrate:2') };
    const { releases } = closed(opened(undefined, [migration, pods], who), { is: 'deployed' }, new Date('2026-01-01T00:00:04Z'));
    expect(releases).toMatchObject([{ images: ['orders:2', 'migrate:2'], tookMs: 4_000 }]);
  });

  it('can go back to five good releases, and tells of twenty', () => {
    let record: Record | undefined;
    for (let version = 1; version <= 30; version += 1) {
      record = version % 2 === 0 ? failed(record, true, map('bad')) : deployed(record, map(String(version)));
    }
    expect(record?.releases).toHaveLength(20);
    expect(record?.releases.filter(({ objects }) => objects).map(({ revision }) => revision)).toEqual([29, 27, 25, 23, 21]);
  });
});
