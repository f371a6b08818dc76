import type { DrillServer } from '../server.js';
import type { Place, Tenant } from '../place.js';
import type { WriterWorld } from './writers.js';

/** What a moment of a crash drill works with. */
export interface CrashWorld extends WriterWorld {
  readonly place: Place;
  readonly tenant: Tenant;
  readonly server: DrillServer;
  /** How long the last start has taken. */
  readonly readyMs: number;
}
