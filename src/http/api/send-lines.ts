import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * Sends a line of JSON for each value, no faster than they are read. What goes wrong before the first is thrown; an error on
 * the way cuts the answer off, so that half of it is not taken for the whole. A caller who goes away ends the reading.
 */
export async function sendLines(response: Response, values: AsyncIterable<unknown>): Promise<void> {
  const reader = values[Symbol.asyncIterator]();
  const first = await reader.next();
  try {
    await pipeline(Readable.from(linesOf(first, reader)), response);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}

async function* linesOf(first: IteratorResult<unknown>, reader: AsyncIterator<unknown>): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await reader.next()) yield `${JSON.stringify(next.value)}\n`;
  } finally {
    await reader.return?.();
  }
}
