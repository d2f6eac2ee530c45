import type { Style } from './style.ts';
import { padEnd, printableOutput } from './text.ts';

/** A line of a service's log for a person: who wrote it, in the service's own colour, then the line. */
export function logLine({ service, origin = service, line }: Said, look: LogLook): string {
  const { style, width } = look;
  const name = padEnd(origin, width);
  return `${paint(service, look)(name)} ${style.faint('│')} ${logText(line, style)}`;
}

interface Said {
  readonly service: string;
  /** Who of the service wrote it, where there are several. */
  readonly origin?: string;
  readonly line: string;
}

export interface LogLook {
  readonly style: Style;
  /** Columns for the name before the line. */
  readonly width: number;
  /** Services in the order in which they get their colours. */
  readonly services: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const SHOWN_APART = new Set(['time', 'level', 'message', 'msg', 'service', 'version', 'trace_id', 'span_id', 'error', 'pid', 'hostname']);

function paint(service: string, { style, services }: LogLook): (text: string) => string {
  const colours = [style.accent, style.good, style.warn, style.strong];
  return colours[Math.max(0, services.indexOf(service)) % colours.length] ?? style.accent;
}

/**
 * A line of a log without the name: one in the shape of the service contract as time, level, message and what matters of the rest;
 * anything else as it is.
 */
export function logText(line: string, style: Style): string {
  const fields = fieldsOf(line);
  if (!fields) return printableOutput(line);
  const { time, level, error } = fields;
  const rest = Object.entries(fields).filter(([name, value]) => !SHOWN_APART.has(name) && value !== undefined);
  const parts = [
    style.faint(typeof time === 'string' ? time.slice(11, 23) : ''),
    levelOf(String(level), style),
    printableOutput(String(fields['message'] ?? fields['msg'])),
    style.faint(rest.map(([name, value]) => `${name}=${shown(value)}`).join(' ')),
    isFields(error) ? style.bad(`${shown(error['type'])}: ${shown(error['message'])}`) : '',
  ];
  return parts.filter(Boolean).join(' ');
}

function fieldsOf(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const fields: unknown = JSON.parse(line);
    return isFields(fields) && 'level' in fields && ('message' in fields || 'msg' in fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function levelOf(level: string, style: Style): string {
  if (level === 'error' || level === 'fatal') return style.bad(level);
  return level === 'warn' ? style.warn(level) : style.faint(level);
}

function shown(value: unknown): string {
  return printableOutput(typeof value === 'string' ? value : JSON.stringify(value));
}
