/** Resolves after this time; rejects with the signal's reason where that aborts before. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    const stop = () => done(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    function done(reason?: unknown): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (reason === undefined) resolve();
      else reject(reason);
    }
  });
}
