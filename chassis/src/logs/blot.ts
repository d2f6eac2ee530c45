const BLOT = '***';
/** Shorter texts would blot out ordinary words. */
const SHORTEST = 6;

/** Makes a function that blots given secrets out of a line of JSON, however they got there. */
export function blotter(secrets: readonly string[]): (line: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (line) => line;
  return (line) => forms.reduce((text, form) => (text.includes(form) ? text.replaceAll(form, BLOT) : text), line);
}

/** A secret as it may appear in JSON: as it is, escaped, and, where it is a URL, its password alone. */
function formsOf(secret: string): readonly string[] {
  return [secret, ...passwordsOf(secret)].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
}

function passwordsOf(secret: string): readonly string[] {
  const password = URL.canParse(secret) ? new URL(secret).password : '';
  return password ? [password, decoded(password)] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
