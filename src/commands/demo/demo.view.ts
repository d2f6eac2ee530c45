import type { Screen } from '../../cli/command.ts';
import type { Item } from '../../demo/stage.ts';
import { duration } from '../../output/duration.ts';
import type { Style } from '../../output/style.ts';

export function screen(style: Style): Screen<Item> {
  return { print: (item) => lines(item, style) };
}

function lines(item: Item, style: Style): readonly string[] {
  switch (item.is) {
    case 'step':
      return ['', `${style.accent(`${item.number}.`)} ${style.strong(item.title)}`];
    case 'command':
      return ['', `${style.faint('$')} ${style.accent(item.line)}`];
    case 'output':
      return [item.line];
    case 'note':
      return ['', item.text];
    case 'took':
      return [style.faint(`  … ${duration(item.ms)}`)];
    case 'end':
      return ['', style.good(`All shown in ${duration(item.ms)}.`), ...(item.stays ? goOn(item.folder, style) : [])];
  }
}

function goOn(folder: string, style: Style): readonly string[] {
  return [
    '',
    'It stays up until you press Ctrl-C; then everything is taken away. Go on in another terminal:',
    `  cd ${folder}`,
    `  svc list                      ${style.faint('what runs, and where')}`,
    `  svc logs -f                   ${style.faint('what the services say')}`,
    `  svc trace --last              ${style.faint('where the last request went')}`,
    `  svc new http-service returns  ${style.faint('one more service')}`,
  ];
}
