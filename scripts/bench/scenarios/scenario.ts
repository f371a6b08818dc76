import type { SeededDatabase } from '../seed.js';

/** A figure of a scenario, such as `42.5` of `people a second`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** What a scenario saw on a database. */
export interface Outcome {
  readonly scenario: string;
  readonly database: SeededDatabase['kind'];
  readonly size: string;
  readonly figures: readonly Figure[];
}

/** Something that is no single kind of request. */
export interface Scenario {
  readonly name: string;
  /** `patience` is 1 in a quick run and more in a full one. */
  readonly run: (database: SeededDatabase, patience: number) => Promise<readonly Figure[]>;
}
