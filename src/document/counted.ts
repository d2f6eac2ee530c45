/** A number with its noun: `1 file`, `2 files`. @param many the noun for any other number, where it is more than an `s` */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
