import { describe, expect, it } from 'vitest';
import type { RenderedFile } from '../template/template.ts';
import { movedPaths, movesBetween, pristineOf, withMoves } from './pristine.ts';

const file = (path: string, more: Partial<RenderedFile> = {}): RenderedFile => ({
  area: 'service',
  path,
  ownership: 'merged',
  executable: false,
  content: path,
  ...more,
});

it('puts files of the service below its folder, and those of the repository at the root', () => {
  const files = [file('a.txt'), file('ci.yml', { area: 'repository' })];
  expect([...pristineOf(files, 'services/orders').keys()]).toEqual(['services/orders/a.txt', 'ci.yml']);
  expect([...pristineOf(files, '').keys()]).toEqual(['a.txt', 'ci.yml']);
});

describe('moves', () => {
  const move = (version: string, from: string, to: string) => ({ in: version, from, to });

  it('are those after the recorded version, up to the new one, oldest first', () => {
    const moves = [
      move('2.0.0', 'c', 'd'),
      move('1.0.0', 'x', 'y'),
      move('1.10.0', 'b', 'c'),
      move('1.9.0', 'a', 'b'),
      move('3.0.0', 'd', 'e'),
    ];
    expect(movesBetween(moves, { from: '1.0.0', to: '2.0.0' }).map(({ from }) => from)).toEqual(['a', 'b', 'c']);
  });

  it('lead through every name that a file had in between', () => {
    const base = pristineOf([file('a'), file('other')], 'svc');
    expect([...movedPaths(base, [move('1.1.0', 'a', 'b'), move('1.2.0', 'b', 'c')], 'svc')]).toEqual([['svc/a', 'svc/c']]);
  });

  it('leave a region where it is, and a file whose new name is taken', () => {
    const base = pristineOf([file('OWNERS', { area: 'repository', ownership: 'region' }), file('a'), file('b')], '');
    expect(movedPaths(base, [move('1.1.0', 'OWNERS', 'x/OWNERS'), move('1.1.0', 'a', 'b')], '').size).toBe(0);
    const tree = new Map([
      ['a', { kind: 'file' as const, content: Buffer.from('1') }],
      ['b', { kind: 'file' as const, content: Buffer.from('2') }],
    ]);
    expect(withMoves(tree, new Map([['a', 'b']]))).toEqual(tree);
  });
});
