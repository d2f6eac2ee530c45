import { counted } from '../../document/counted.ts';
import type { Style } from '../../output/style.ts';
import type { Replayed } from '../../target/local/protocol.ts';

/** A service whose events are asked for again, and whether it runs: it handles them itself. */
export interface Result extends Replayed {
  readonly running: boolean;
}

/** What was asked for, and when it will happen. */
export function view(replayed: readonly Result[], style: Style): string {
  if (replayed.length === 0) return `${style.good('✓')} No event is dead`;
  const lines = replayed.map(({ service, letters, running }) => {
    const when = running ? 'handled again now, in order' : `handled again when it runs: svc up ${service}`;
    return `${running ? style.good('✓') : style.warn('!')} ${style.strong(service)}: ${counted(letters, 'event')} ${when}`;
  });
  return [...lines, style.faint('What fails again stays: svc events dead')].join('\n');
}
