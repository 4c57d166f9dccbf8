// Works through many items, a few at once.
// It must not know items.

/**
 * Starts no further item after one has failed. For many items it takes the place of a limit around each (`p-limit`): nothing is
 * held for those that wait, and no queue links one to the next. V8 keeps all that follows an old link until it collects the old.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true && !failed; next = left.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
