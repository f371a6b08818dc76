import { type MeasuredProcess } from './measured-process.js';
import type { Size } from './seed.js';
import type { WireRequest } from './work-items.js';

/** One kind of work that a target can do. */
export interface TargetWork {
  readonly name: string;
  readonly expect: readonly number[];
  /** Where it is not measured at as many at a time as all other work. */
  readonly concurrency?: readonly number[] | undefined;
  readonly alsoAt?: number | undefined;
  request(sequence: number): WireRequest;
}

/** A process under load: Muster, or something to compare it with. */
export interface Target {
  /** As the tables name it. */
  readonly name: string;
  /** Undefined where that has no meaning. */
  readonly size: Size | undefined;
  readonly process: MeasuredProcess;
  /** Stands before the path of every request. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly work: readonly TargetWork[];
}
