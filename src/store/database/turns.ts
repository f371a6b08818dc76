import { setImmediate } from 'node:timers/promises';

/** Resolves when everybody who waits for the event loop has had a turn. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** How many rows one statement reads or writes before others have their turn: some milliseconds on an embedded database. */
export const rowsATurn = 500;

/** The parts of a list, with a turn of the event loop between them. */
export async function* inTurns<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += rowsATurn) {
    if (start > 0) await nextTurn();
    yield items.slice(start, start + rowsATurn);
  }
}

/**
 * The pages that `read` gives of what is ordered by id, each behind the last id of the one before, with a turn of the event loop
 * between them; a page that is shorter than `rowsATurn` is the last.
 */
export async function* pagesInTurns<Row extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let after: string | undefined = beforeAllIds;
  while (after !== undefined) {
    const page: readonly Row[] = await read(after);
    yield page;
    after = page.length < rowsATurn ? undefined : page.at(-1)?.id;
    if (after !== undefined) await nextTurn();
  }
}

const beforeAllIds = '00000000-0000-0000-0000-000000000000';
