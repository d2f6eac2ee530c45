import type { Style } from '../../output/style.ts';
import type { Result } from './down.command.ts';

export function view({ ended, all, wasRunning }: Result, style: Style): string {
  if (!wasRunning) return style.faint('Nothing was running.');
  const names = ended.length > 0 ? `Ended ${ended.join(', ')}` : 'No service was running';
  return all ? `${names}; the database is stopped, its data is kept.` : `${names}.`;
}
