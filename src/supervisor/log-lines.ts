/** A line longer than this is cut: one line must not fill the memory. */
const LONGEST_LINE = 64 * 1024;

/** Cuts a stream into lines: hands on each as it is complete, and the rest at the end. */
export function lineSplitter(tell: (line: string) => void): { write(chunk: string): void; end(): void } {
  let rest = '';
  return {
    write(chunk) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) tell(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (rest.length > LONGEST_LINE) {
        tell(`${rest.slice(0, LONGEST_LINE)} …`);
        rest = '';
      }
    },
    end() {
      if (rest !== '') tell(rest);
      rest = '';
    },
  };
}

/** Replaces each secret in a text, also where it stands percent-encoded. Short words are left: masking them would hide the log. */
export function masker(secrets: () => Iterable<string>): (text: string) => string {
  return (text) => {
    let masked = text;
    for (const secret of secrets()) {
      if (secret.length >= 8) masked = masked.replaceAll(secret, '••••••').replaceAll(encodeURIComponent(secret), '••••••');
    }
    return masked;
  };
}
