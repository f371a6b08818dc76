/** What a server did, in the order in which it did it, as far as it matters for a commit. */
export type TraceEvent =
  /** The markers that stand in what was written. */
  | { readonly kind: 'log-write'; readonly markers: ReadonlySet<string> }
  /** The write-ahead log has been synced: the call has returned, and with success. */
  | { readonly kind: 'synced' }
  | { readonly kind: 'answer'; readonly markers: ReadonlySet<string> };

/** What stands in a write and in its answer, so that both can be found again in a trace. */
export function markerOf(kind: string, index: number): string {
  return `mark-${kind}-${index}-`;
}

const markers = /mark-[a-z]+-\d+-/g;

/** The system calls that a trace must hold. */
export const tracedCalls = ['fsync', 'fdatasync', 'pwrite64', 'write', 'writev', 'sendto', 'sendmsg'] as const;

// `-f -o` puts the id of the thread before each line, `-yy` what a descriptor is behind its number.
const wholeCall = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/s;
const begunCall = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/s;
const endedCall = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)/s;

/** Reads what strace wrote with `-f -yy -o`. A call that was interrupted in the trace counts from its end on. */
export function readTrace(text: string): readonly TraceEvent[] {
  const begun = new Map<string, string>();
  const events: TraceEvent[] = [];
  for (const line of text.split('\n')) {
    const [, thread = '', , start = ''] = begunCall.exec(line) ?? [];
    if (thread !== '') {
      begun.set(thread, start);
      continue;
    }
    const call = wholeCall.exec(line) ?? endedCall.exec(line);
    if (call === null) continue;
    const [, id = '', name = '', rest = '', result = ''] = call;
    const event = eventOf(name, (begun.get(id) ?? '') + rest, Number(result));
    begun.delete(id);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function eventOf(name: string, args: string, result: number): TraceEvent | undefined {
  const [descriptor = ''] = /^\d+<[^"]*?>(?=,|$|\))/.exec(args) ?? [args];
  const isLog = descriptor.includes('.sqlite-wal');
  if (name === 'fsync' || name === 'fdatasync') return isLog && result === 0 ? { kind: 'synced' } : undefined;
  if (result <= 0) return undefined;
  if (isLog) return { kind: 'log-write', markers: markersIn(args) };
  return /<TCP/.test(descriptor) ? { kind: 'answer', markers: markersIn(args) } : undefined;
}

function markersIn(text: string): ReadonlySet<string> {
  return new Set(text.match(markers));
}

/** How an acknowledgement stands to the sync of what it acknowledges. */
export type Order = 'synced before' | 'answered before the sync' | 'never written' | 'never answered';

/**
 * Whether a write was synced before it was acknowledged: the marker must stand in the write-ahead log, a sync must have
 * returned after that, and the answer with the marker must have been sent after the sync.
 */
export function orderOf(events: readonly TraceEvent[], marker: string): Order {
  const holds = (kind: TraceEvent['kind']) => (event: TraceEvent) =>
    event.kind === kind && 'markers' in event && event.markers.has(marker);
  const written = events.findIndex(holds('log-write'));
  const answered = events.findIndex(holds('answer'));
  if (written === -1) return 'never written';
  if (answered === -1) return 'never answered';
  const synced = events.findIndex(({ kind }, place) => place > written && kind === 'synced');
  return synced !== -1 && synced < answered ? 'synced before' : 'answered before the sync';
}

/** How often something is in a trace. */
export function countOf(events: readonly TraceEvent[], kind: TraceEvent['kind']): number {
  return events.filter((event) => event.kind === kind).length;
}
