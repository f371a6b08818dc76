import { type MeasuredProcess } from './measured-process.js';
import type { WireRequest } from './work-items.js';

/** One kind of work that a target can do. */
export interface TargetWork {
  readonly name: string;
  readonly expect: readonly number[];
  request(sequence: number): WireRequest;
}

/** A process under load: Muster, or something to compare it with. */
export interface Target {
  /** As the tables name it. */
  readonly name: string;
  /** Users in the client; undefined where that has no meaning. */
  readonly users: number | undefined;
  readonly process: MeasuredProcess;
  /** Stands before the path of every request. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly work: readonly TargetWork[];
}
