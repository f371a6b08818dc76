import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

// So many characters are written together.
const chunkLength = 16_384;

/**
 * Sends a line of JSON for each value, no faster than they are read. What goes wrong before the first is thrown; an error on
 * the way cuts the answer off, so that half of it is not taken for the whole. A caller who goes away ends the reading.
 */
export function sendLines(response: Response, values: AsyncIterable<unknown>): Promise<void> {
  return send(response, values, linesOf);
}

/** As `sendLines`, the values together as a list in JSON: neither the list nor its text is ever there as a whole. */
export function sendList(response: Response, values: AsyncIterable<unknown>): Promise<void> {
  return send(response, values, partsOfList);
}

type Write = (values: AsyncIterable<unknown>) => AsyncIterable<string>;

async function send(response: Response, values: AsyncIterable<unknown>, write: Write): Promise<void> {
  const reader = values[Symbol.asyncIterator]();
  const first = await reader.next();
  if (response.req.method === 'HEAD') {
    await reader.return?.();
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(inChunks(write(beginningWith(first, reader)))), response);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}

async function* beginningWith(first: IteratorResult<unknown>, reader: AsyncIterator<unknown>): AsyncGenerator {
  try {
    for (let next = first; next.done !== true; next = await reader.next()) yield next.value;
  } finally {
    await reader.return?.();
  }
}

async function* linesOf(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

async function* partsOfList(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '[';
  for await (const value of values) {
    yield before + JSON.stringify(value);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

async function* inChunks(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const text of texts) {
    chunk += text;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
