/** Wakes a loop that has nothing to do. A ring while nobody waits is kept for the next who does. */
export interface Bell {
  ring(): void;
  /** Resolves with true at a ring, or with false after so many milliseconds. */
  wait(milliseconds: number): Promise<boolean>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(milliseconds) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const heard = rung;
      wake = undefined;
      rung = false;
      return heard;
    },
  };
}
