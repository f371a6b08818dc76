import type { Request } from 'express';
import { nextTurn } from '../store/database/turns.js';

// To check, to parse or to convert so many bytes takes up to a millisecond; of others, many may come at once.
const largeBytes = 8_192;

/**
 * Gives others a turn of the event loop between two steps of work on the body of a request, if it is a large one or says not
 * how large it is (docs/decisions/0019).
 */
export async function giveWay({ headers }: Request): Promise<void> {
  if (Number(headers['content-length'] ?? Infinity) > largeBytes) await nextTurn();
}
