import { RequestError } from '../../src/errors.js';

/** The RequestError that an action throws; anything else that it throws passes through, and nothing is a failure. */
export function thrownBy(action: () => unknown): RequestError;
export function thrownBy(action: () => unknown, otherwise: 'or nothing'): RequestError | undefined;
export function thrownBy(action: () => unknown, otherwise?: 'or nothing'): RequestError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  if (otherwise === undefined) throw new Error('nothing was thrown');
  return undefined;
}
