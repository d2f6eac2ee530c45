/** Files read or written side by side: waiting for the disk is most of the work, and with more than this it goes no faster. */
const FILES = 16;

/**
 * Does `work` for every item, at most `lanes` at a time, and returns the results in the order of the items. After a failure no further item is
 * begun, those under way are waited for, and the first failure is thrown.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  lanes = FILES,
): Promise<readonly Result[]> {
  const left = items.entries();
  const results: Result[] = [];
  const failures: unknown[] = [];
  const lane = async () => {
    for (const [index, item] of left) {
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
