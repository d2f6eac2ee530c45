import { evidence, type Reader } from '../evidence.ts';

/** Who reviews everything: the last rule for `*` counts, as on GitHub and GitLab. */
export const codeownersReader: Reader = {
  files: ['CODEOWNERS', '.github/CODEOWNERS', '.gitlab/CODEOWNERS', 'docs/CODEOWNERS'],
  of: 'repository',
  read(text, file) {
    const lines = text.split(/\r?\n/);
    const line = lines.findLastIndex((each) => /^\*\s+\S/.test(each));
    if (line < 0) return [];
    const owners = (lines[line] ?? '').replace(/#.*$/, '').split(/\s+/).slice(1).filter(Boolean);
    const source = `${file}:${line + 1}`;
    const team = owners.find((owner) => owner.startsWith('@'))?.replace(/^@([^/]*\/)*/, '');
    return [...evidence('codeowners', owners.join(' '), source), ...evidence('owner', team?.toLowerCase(), source)];
  },
};
