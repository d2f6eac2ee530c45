/** Where log lines go. */
export interface LogOutput {
  /** Takes one line with its line end. */
  write(line: string): void;
  /** Resolves when everything is written: the process may end next. */
  flush(): Promise<void>;
}

/** As much of a stream as is needed here: process.stdout in production. */
export interface TextSink {
  write(text: string, done: () => void): unknown;
}

/** Lines that are written within one turn of the event loop leave together: a write costs more than making the line. */
export function batched(sink: TextSink, later: (flush: () => void) => unknown = setImmediate): LogOutput {
  let waiting = '';
  const flush = () => {
    const text = waiting;
    waiting = '';
    return text === '' ? Promise.resolve() : new Promise<void>((resolve) => void sink.write(text, resolve));
  };
  return {
    write(line) {
      if (waiting === '') later(flush);
      waiting += line;
    },
    flush,
  };
}

let standard: LogOutput | undefined;

/** The process's standard output. What waits is written even when the process is ended by `process.exit`. */
export function standardOutput(): LogOutput {
  if (standard) return standard;
  const output = batched(process.stdout);
  process.stdout.on('error', ignoreClosedPipe);
  process.on('exit', () => void output.flush());
  standard = output;
  return output;
}

/** Nobody reads any more: no reason to stop serving. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
