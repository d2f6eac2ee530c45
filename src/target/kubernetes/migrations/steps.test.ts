import { expect, it } from 'vitest';
import { noteOn, oneWaySteps } from './steps.ts';

const add = { file: '0001_users.sql', text: 'CREATE TABLE users (email text);\n' };
const drop = { file: '0002_drop_email.sql', text: 'ALTER TABLE users DROP email;' };
const release = (...files: { file: string; text: string }[]) => [
  { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'm', annotations: noteOn(files) } },
];

it('names the new migrations that leave no way back', () => {
  expect(oneWaySteps(release(add, drop), release(add))).toEqual([{ file: '0002_drop_email.sql', does: ['takes away users.email'] }]);
});

it('does not count what has run with the last good release, whatever its line ends', () => {
  expect(oneWaySteps(release(add, drop), release({ ...add, text: 'CREATE TABLE users (email text);\r\n' }, drop))).toEqual([]);
});

it('counts nothing before the first release, and everything where the last one said nothing', () => {
  expect(oneWaySteps(release(add, drop), undefined)).toEqual([]);
  expect(oneWaySteps(release(add, drop), release())).toHaveLength(1);
});
