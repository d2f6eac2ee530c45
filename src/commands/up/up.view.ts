import type { Screen } from '../../cli/command.ts';
import { duration } from '../../output/duration.ts';
import { logLine, logText } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput, widthOf } from '../../output/text.ts';
import type { ServiceResult, ServiceStatus, SystemEvent } from '../../target/local/protocol.ts';

/** Logs and what happens scroll by; below them stands how each service is doing. */
export function screen(style: Style): Screen<SystemEvent> {
  let services: readonly ServiceStatus[] = [];
  const look = () => {
    const names = services.map(({ name }) => name);
    return { style, services: names, width: Math.max(0, ...names.map(widthOf)) };
  };
  const crashes = new Map<string, number>();
  return {
    print(event) {
      if (event.type === 'log') return [logLine(event, look())];
      if (event.type === 'note') return [`${style.warn('note')}: ${printableOutput(event.text)}`];
      if (event.type === 'result') return result(event.result, style);
      if (event.type !== 'state') return [];
      services = event.services;
      return services.flatMap((status) => crash(status, crashes, style));
    },
    footer(columns) {
      if (services.length === 0) return [];
      const rows = table(services, statusColumns(style), { ...style, columns }).split('\n');
      return ['', ...rows, style.faint('Ctrl-C ends these services.')];
    },
  };
}

function statusColumns(style: Style): readonly Column<ServiceStatus>[] {
  return [
    { title: 'SERVICE', text: ({ name }) => name, paint: style.strong },
    { title: 'STATE', text: ({ condition }) => condition, paint: (text, { condition }) => stateColour(condition, style)(text) },
    { title: 'URL', text: ({ url }) => url, paint: style.accent },
    { title: 'RESTARTS', text: ({ restarts }) => (restarts > 0 ? String(restarts) : ''), paint: style.warn },
    { title: 'DEBUGGER', text: ({ inspect = '' }) => inspect },
    { title: '', text: ({ message }) => printableOutput(message), paint: style.faint, shrinks: true },
  ];
}

function stateColour(condition: ServiceStatus['condition'], style: Style): (text: string) => string {
  if (condition === 'ready') return style.good;
  if (condition === 'failed' || condition === 'restarting') return style.bad;
  return style.warn;
}

function result(
  { service, ok, url, durationMs, reason = '', lastLines = [], oldServes, superseded }: ServiceResult,
  style: Style,
): readonly string[] {
  if (superseded) return [];
  if (ok) return [`${style.good('✓')} ${style.strong(service)} serves at ${style.accent(url)} ${style.faint(`(${duration(durationMs)})`)}`];
  const kept = oldServes ? '; the old version still serves' : '';
  return [
    `${style.bad('✗')} ${style.strong(service)}: ${printableOutput(reason)}${kept}`,
    ...lastLines.map((line) => `  ${style.faint('│')} ${logText(line, style)}`),
  ];
}

/** A crash is told once, also where there is no live table. */
function crash({ name, restarts, condition, message }: ServiceStatus, crashes: Map<string, number>, style: Style): readonly string[] {
  const before = crashes.get(name) ?? 0;
  crashes.set(name, restarts);
  return restarts > before && condition === 'restarting' ? [`${style.bad('✗')} ${style.strong(name)} ${printableOutput(message)}`] : [];
}
