/**
 * Whether a path matches a pattern of a template: `*` is any part of a name, `**` any number of folders, all else stands for itself.
 */
export function matches(pattern: string, path: string): boolean {
  const known = expressions.get(pattern) ?? expression(pattern);
  expressions.set(pattern, known);
  return known.test(path);
}

/** A template asks the same few patterns about every file. */
const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const parts = pattern.split('/').map((part) => (part === '**' ? '**' : part.split('*').map(literal).join('[^/]*')));
  const source = parts.reduce((before, part, index) => {
    if (part !== '**') return `${before}${part}${index < parts.length - 1 ? '/' : ''}`;
    return index === parts.length - 1 ? `${before}.+` : `${before}(?:[^/]+/)*`;
  }, '');
  return new RegExp(`^${source}$`, 'u');
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}/]/g, String.raw`\$&`);
}
