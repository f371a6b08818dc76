import { InvalidArgumentError } from 'commander';
import { instantOf } from '../clock.js';

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const never = 'never';

/** Reads an instant with an offset as ISO 8601 UTC; `never` stays as it is, because commander takes null for nothing. */
export function readInstant(text: string): string {
  if (text === never) return never;
  const ms = form.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('give an instant such as 2027-01-31T12:00:00Z, or never');
  return instantOf(ms);
}

/** What was read as the services take it: null for `never`, undefined where nothing was given. */
export function endOf(read: string | undefined): string | null | undefined {
  return read === never ? null : read;
}
