import chalk, { supportsColor } from 'chalk';
import { Progress } from './cli/progress.ts';
import type { World } from './main.ts';
import { coloured, plain, type Style } from './output/style.ts';
import { nodeRuntime } from './runtime/node/runtime.ts';

const WIDEST = 200;

/** The real terminal, disk, processes and signals. */
export function world(version: string): World {
  const progress = new Progress({
    write: (text) => process.stderr.write(text),
    live: process.stderr.isTTY === true && !process.env['CI'],
    style: styleOf(process.stderr),
  });
  // A reader that goes away (`svc list | head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    version,
    runtime: nodeRuntime(interruption(), progress.emit),
    streams: {
      style: styleOf(process.stdout),
      live: process.stdout.isTTY === true && !process.env['CI'],
      out(text) {
        progress.clear();
        process.stdout.write(text);
      },
      err(text) {
        progress.clear();
        process.stderr.write(text);
      },
    },
  };
}

/** Aborts at the first Ctrl-C or SIGTERM, so that work ends at a safe point; the second ends the process at once. */
function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}

/** https://no-color.org: any value that is not empty means no colour; chalk knows FORCE_COLOR and the terminals. */
function styleOf(stream: NodeJS.WriteStream): Style {
  const columns = Math.min(stream.columns ?? (Number(process.env['COLUMNS']) || 100), WIDEST);
  const level = process.env['NO_COLOR'] ? 0 : stream === process.stdout ? chalk.level : supportsColor === false ? 0 : supportsColor.level;
  return level === 0 ? { ...plain, columns } : coloured(level, columns);
}
