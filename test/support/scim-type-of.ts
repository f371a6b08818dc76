import { RequestError } from '../../src/errors.js';

/** The `scimType` with which a call is refused, or `accepted`. Anything but a RequestError is thrown on. */
export function scimTypeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof RequestError) return error.scimType;
    throw error;
  }
  return 'accepted';
}
