import type { Style } from '../../output/style.ts';
import type { Result } from './down.command.ts';

const REST = {
  'goes on': '.',
  ended: '; the database is stopped, its data is kept.',
  forgotten: '; databases, traces and logs are removed.',
} as const;

export function view({ ended, rest }: Result, style: Style): string {
  if (rest === 'was not running') return style.faint('Nothing was running.');
  return `${ended.length > 0 ? `Ended ${ended.join(', ')}` : 'No service was running'}${REST[rest]}`;
}
