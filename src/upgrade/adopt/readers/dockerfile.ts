import { evidence, type Reader } from '../evidence.ts';

/** What the image says of itself: the last stage counts, as it is the one that runs. */
export const dockerfileReader: Reader = {
  files: ['Dockerfile', 'Containerfile'],
  of: 'service',
  read(text, file) {
    const lines = text.split(/\r?\n/);
    const exposed = lines.findLastIndex((line) => /^\s*EXPOSE\s+\d+/i.test(line));
    const label = lines.findLastIndex((line) => /^\s*LABEL\s.*org\.opencontainers\.image\.description=/i.test(line));
    return [
      ...evidence('port', /\d+/.exec(lines[exposed] ?? '')?.[0], `${file}:${exposed + 1}`),
      ...evidence('description', /image\.description="([^"]+)"/i.exec(lines[label] ?? '')?.[1], `${file}:${label + 1}`),
    ];
  },
};
