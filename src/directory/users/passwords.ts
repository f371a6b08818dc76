import { invalidValue } from '../../errors.js';
import { fold } from '../../schema/fold.js';
import { preparePassword } from './precis.js';

const minLength = 8;
const maxLength = 1_024;
// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const atOnce = 2;

/** Lets a bounded number of hashes run, so that they cannot take all memory and all cores. */
class Turnstile {
  #free = atOnce;
  readonly #waiting: (() => void)[] = [];

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

const turnstile = new Turnstile();

/** Loaded when the first password comes: most servers never see one. */
const argon2 = () => import('@node-rs/argon2');

/** Throws `invalidValue` for a password that is too easy to guess. `userName` must not be part of it. */
export function requireStrong(password: string, userName: string): void {
  if (password.length < minLength) throw invalidValue(`password must have at least ${minLength} characters`);
  if (password.length > maxLength) throw invalidValue(`password must have at most ${maxLength} characters`);
  if (new Set(password).size < 4) throw invalidValue('password repeats too few characters');
  const name = fold(userName);
  if (name.length >= 4 && fold(password).includes(name)) throw invalidValue('password must not contain the userName');
}

/** The argon2id hash of a password, prepared (RFC 7644 §5). */
export function hashPassword(password: string): Promise<string> {
  return turnstile.run(async () => (await argon2()).hash(preparePassword(password), argon2id));
}

/** Whether the password is the one that was hashed. */
export function isPassword(password: string, passwordHash: string): Promise<boolean> {
  return turnstile.run(async () => (await argon2()).verify(passwordHash, preparePassword(password)));
}
