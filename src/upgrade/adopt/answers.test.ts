import { expect, it } from 'vitest';
import type { Input } from '../../template/input.ts';
import { settleAnswers } from './answers.ts';

const input = (name: string, more: Partial<Input> = {}): Input => {
  return { name, title: name, page: 'Service', type: 'string', required: false, secret: false, ...more };
};
const inputs = [
  input('name', { required: true, pattern: '^[a-z-]+$' }),
  input('owner', { required: true, default: 'platform' }),
  input('port', { type: 'integer', default: 8080 }),
  input('ci', { enum: ['github', 'none'], default: 'github' }),
  input('token', { secret: true }),
  input('workflow', { when: { input: 'ci', values: ['none'] } }),
];
const found = [
  { input: 'name', value: 'Orders_API', source: 'catalog-info.yaml:4' },
  { input: 'name', value: 'orders', source: 'package.json' },
  { input: 'port', value: '3000', source: 'Dockerfile:2' },
  { input: 'workflow', value: 'x', source: 'somewhere' },
  { input: 'unknown', value: 'x', source: 'somewhere' },
];

it('takes the first answer that its question allows, tells where it is from, and what was not taken', async () => {
  const { sourced, notes } = await settleAnswers(inputs, { set: [], found, ask: undefined });
  expect(sourced).toEqual([
    { name: 'name', value: 'orders', source: 'package.json' },
    { name: 'owner', value: 'platform', source: 'the template’s default' },
    { name: 'port', value: 3000, source: 'Dockerfile:2' },
    { name: 'ci', value: 'github', source: 'the template’s default' },
  ]);
  expect(notes).toEqual(['Not taken from catalog-info.yaml:4: name "Orders_API" must match ^[a-z-]+$']);
});

it('lets a flag win, and names the flag for what is missing', async () => {
  const { answers } = await settleAnswers(inputs, { set: [['name', 'stock']], found, ask: undefined });
  expect(answers['name']).toBe('stock');
  await expect(settleAnswers(inputs, { set: [], found: [], ask: undefined })).rejects.toThrow('name is required');
});

it('asks for what the template requires and nothing says, though there is a default', async () => {
  const asked: string[] = [];
  const text = async ({ message }: { message: string }) => `team-${asked.push(message)}`;
  const { answers, sourced } = await settleAnswers(inputs, { set: [], found, ask: { text } as never });
  expect(asked).toEqual(['owner']);
  expect(answers['owner']).toBe('team-1');
  expect(sourced.find(({ name }) => name === 'owner')?.source).toBe('your answer');
});
