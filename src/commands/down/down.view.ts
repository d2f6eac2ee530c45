import type { Style } from '../../output/style.ts';

export interface Result {
  readonly ended: readonly string[];
  /** What became of everything that is no service: the database above all. */
  readonly rest: 'goes on' | 'ended' | 'forgotten' | 'was not running';
}

const REST = {
  'goes on': '.',
  ended: '; the database is stopped, its data is kept.',
  forgotten: '; databases, traces and logs are removed.',
} as const;

export function view({ ended, rest }: Result, style: Style): string {
  if (rest === 'was not running') return style.faint('Nothing was running.');
  return `${ended.length > 0 ? `Ended ${ended.join(', ')}` : 'No service was running'}${REST[rest]}`;
}
