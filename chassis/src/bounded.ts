/**
 * The work's result, or what `late` makes where the work takes longer than `milliseconds`.
 * The work itself goes on: give it a signal where it can be ended.
 */
export function bounded<T>(milliseconds: number, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
