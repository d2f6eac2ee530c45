import type { Screen } from '../../cli/command.ts';
import { logLine } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { widthOf } from '../../output/text.ts';
import type { LogLine } from '../../target/local/protocol.ts';

/** Names get their colours, and the column its width, as they appear. */
export function screen(style: Style): Screen<LogLine> {
  const services: string[] = [];
  return {
    print(item) {
      if (!services.includes(item.service)) services.push(item.service);
      return [logLine(item, { style, services, width: Math.max(...services.map(widthOf)) })];
    },
  };
}
