import type { Screen } from '../../cli/command.ts';
import { logLine } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { widthOf } from '../../output/text.ts';
import type { ClusterLine } from '../../target/kubernetes/logs/logbook.ts';
import type { LogLine } from '../../target/local/protocol.ts';

export type Item = LogLine | ClusterLine;

/** Names get their colours, and the column its width, as they appear. */
export function screen(style: Style): Screen<Item> {
  const services: string[] = [];
  let width = 0;
  return {
    print(item) {
      if (!services.includes(item.service)) services.push(item.service);
      const origin = originOf(item);
      width = Math.max(width, widthOf(origin));
      return [logLine({ ...item, origin }, { style, services, width })];
    },
  };
}

/** The service, and on a cluster the part of the pod's name in which pods of a service differ. */
function originOf(item: Item): string {
  if (!('pod' in item)) return item.service;
  const pod = item.pod.slice(item.pod.lastIndexOf('-') + 1);
  return `${item.service} ${pod}${item.isOneOfMany ? `/${item.container}` : ''}`;
}
