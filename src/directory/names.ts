import { invalidValue } from '../errors.js';

const longestName = 200;

/** A name of a client or a unit without outer white space. Throws `invalidValue` when it is blank, too long or not printable. */
export function readName(what: string, text: string): string {
  const name = text.trim();
  if (name === '') throw invalidValue(`the ${what} needs a name`);
  if (name.length > longestName) throw invalidValue(`the name of the ${what} is longer than ${longestName} characters`);
  if (/\p{Cc}|\p{Cs}/u.test(name)) throw invalidValue(`the name of the ${what} holds a control character`);
  return name;
}
