import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import type { OpenSaga } from '../../target/local/protocol.ts';

/** Sagas that have not ended; or what became of the one that was to be mended. */
export type Result =
  | { readonly did: 'list'; readonly sagas: readonly OpenSaga[] }
  | { readonly did: 'retry' | 'compensate'; readonly id: string; readonly services: readonly string[] };

/** A line for each saga, what hinders it in full, and how to go on. */
export function view(result: Result, style: Style): string {
  if (result.did !== 'list') {
    const done = result.did === 'retry' ? 'is tried at once' : 'is turned back';
    return `${style.good('✓')} ${result.services.join(', ')}: ${printable(result.id)} ${done}`;
  }
  const { sagas } = result;
  if (sagas.length === 0) return `${style.good('✓')} No saga is open`;
  const errors = sagas.flatMap(({ id, lastError }) =>
    lastError === undefined ? [] : [`${printable(id)}: ${style.bad(printable(lastError))}`],
  );
  const stuck = sagas.find((saga) => saga.stuck);
  const next = stuck
    ? ['', style.faint(`Try at once: svc events sagas --retry ${stuck.id}; turn back: svc events sagas --compensate ${stuck.id}`)]
    : [];
  return [table(sagas, columns(style), style), ...(errors.length > 0 ? ['', ...errors] : []), ...next].join('\n');
}

function columns(style: Style): readonly Column<OpenSaga>[] {
  return [
    { title: 'SERVICE', text: ({ service }) => service, paint: style.strong },
    { title: 'SAGA', text: ({ name }) => printable(name), shrinks: true },
    { title: 'ID', text: ({ id }) => printable(id), paint: style.accent },
    {
      title: 'STATE',
      text: ({ state, stuck }) => (stuck ? `${state}, stuck` : state),
      paint: (text, { stuck }) => (stuck ? style.warn(text) : text),
    },
    { title: 'STEP', text: ({ step = '–' }) => printable(step) },
    { title: 'TRIED', text: ({ attempts }) => String(attempts) },
    { title: 'SINCE (UTC)', text: ({ since }) => since.slice(0, 19).replace('T', ' '), paint: style.faint },
  ];
}
