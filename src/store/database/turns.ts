import { setImmediate } from 'node:timers';

// So long those who wait have their turns one after the other, before the event loop looks at what has come in meanwhile.
const longestRoundMs = 5;

type Wake = () => void;

/** Who waits for a turn; who came first is first. */
const waiting: Wake[] = [];
/** When the round began that the event loop is at, if it is at one. */
let roundBeganMs: number | undefined;

/**
 * Resolves when everybody who waits for the event loop has had a turn. Many who wait at once are woken one after the other; when
 * their turns take long together, the rest waits for the next round, with a look at sockets and timers between.
 */
export function nextTurn(): Promise<void> {
  return new Promise((wake) => {
    waiting.push(wake);
    setImmediate(wakeNext);
  });
}

/** Each of these calls belongs to one who waits. What the one does who is woken is done before the next call. */
function wakeNext(): void {
  const now = performance.now();
  if (roundBeganMs === undefined) {
    roundBeganMs = now;
    // Before anything else of the next round.
    setImmediate(endRound);
  }
  if (now - roundBeganMs > longestRoundMs) setImmediate(wakeNext);
  else waiting.shift()?.();
}

function endRound(): void {
  roundBeganMs = undefined;
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
