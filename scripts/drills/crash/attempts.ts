import type { LoggedChange } from '../../../src/store/trail/audit-store.js';

/** A write that a drill makes. Its marker is written with it, so that the change log tells which write an entry is of. */
export interface Write {
  readonly marker: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly type: 'User' | 'Group';
  /** Undefined for a POST. */
  readonly id: string | undefined;
  readonly body: object | undefined;
}

/** What was answered. Without an answer, or after 503, nobody knows what became of a write. */
export type Outcome =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly status: number }
  | {
      readonly kind: 'acknowledged';
      readonly id: string | undefined;
      /** Undefined after a DELETE. */
      readonly version: number | undefined;
      readonly requestId: string | undefined;
    };

interface Attempt {
  readonly write: Write;
  outcome: Outcome;
  isLogged: boolean;
}

/** The writes that were sent, what was answered, and which of them the change log tells of. */
export class Attempts {
  readonly #byMarker = new Map<string, Attempt>();
  readonly #deletions = new Map<string, Attempt[]>();
  readonly #open = new Set<Attempt>();

  /** Before a write is sent. */
  add(write: Write): void {
    const attempt: Attempt = { write, outcome: { kind: 'unknown' }, isLogged: false };
    this.#open.add(attempt);
    this.#byMarker.set(write.marker, attempt);
    if (write.method !== 'DELETE' || write.id === undefined) return;
    this.#deletions.set(write.id, [...(this.#deletions.get(write.id) ?? []), attempt]);
  }

  /** After it was answered. */
  settle({ marker }: Write, outcome: Outcome): void {
    const attempt = this.#byMarker.get(marker);
    if (attempt !== undefined) attempt.outcome = outcome;
  }

  /** Matches an entry of the log with the write that it is of; says what is wrong with it. */
  match(change: LoggedChange): readonly string[] {
    const attempt = this.#find(change);
    const name = `${change.action} of ${change.resourceType} ${change.resourceId}, version ${change.version}`;
    if (attempt === undefined) return [`nobody asked for the ${name}`];
    if (attempt.isLogged) return [`the ${name} is logged twice`];
    attempt.isLogged = true;
    const { outcome } = attempt;
    if (outcome.kind === 'refused') return [`the ${name} was answered ${outcome.status} and done`];
    if (outcome.kind === 'unknown') return [];
    return [
      ...(outcome.id === undefined || outcome.id === change.resourceId
        ? []
        : [`the ${name} was answered as ${outcome.id}`]),
      ...(outcome.version === undefined || outcome.version === change.version
        ? []
        : [`the ${name} was answered as version ${outcome.version}`]),
      ...(outcome.requestId === undefined || outcome.requestId === change.actor.requestId
        ? []
        : [`the ${name} has the id of another request`]),
    ];
  }

  /** To be called when nothing is in flight and the log has been read: what was acknowledged and is not there. */
  takeLost(): readonly string[] {
    const lost: string[] = [];
    for (const { write, outcome, isLogged } of this.#open) {
      if (outcome.kind === 'acknowledged' && !isLogged)
        lost.push(`LOST: ${write.method} of ${write.type} ${outcome.id ?? write.id ?? ''}, version ${outcome.version}`);
    }
    this.#open.clear();
    return lost;
  }

  #find({ resourceType, resourceId, action, actor, detail = {} }: LoggedChange): Attempt | undefined {
    if (action === 'delete') {
      // Somebody who came back is deleted more than once.
      const attempts = (this.#deletions.get(resourceId) ?? []).filter(({ isLogged }) => !isLogged);
      const answered = attempts.find(({ outcome }) => 'requestId' in outcome && outcome.requestId === actor.requestId);
      return answered ?? attempts.find(({ outcome }) => outcome.kind === 'unknown');
    }
    const marker = detail[markerOf(resourceType)]?.after;
    return typeof marker === 'string' ? this.#byMarker.get(marker) : undefined;
  }
}

/** The attribute that holds the marker. */
export function markerOf(type: LoggedChange['resourceType']): 'title' | 'externalId' {
  return type === 'User' ? 'title' : 'externalId';
}
