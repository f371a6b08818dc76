import type { Allowance } from './traffic.js';

/** Something that happens to a database. */
export interface Fault extends Allowance {
  readonly name: string;
  /** Why this machine cannot show it; undefined where it can. */
  readonly impossible?: string | undefined;
  /** Whether the fault must be seen: answers of 503 to writes. */
  readonly isFelt: boolean;
  begin(): Promise<void>;
  /** Returns when the database is well again. */
  end(): Promise<void>;
}

/** Anything else than a hang: a little more than the longest that a request is worked on. */
export const longestAnswerMs = 35_000;
