import { changed, isSameContent, textOf, type Content, type Operation } from './operation.js';

/** A write of the change log, in its order: the request that made it, and the version that it says it made. */
export interface LoggedWrite {
  readonly requestId: string;
  readonly id: string;
  readonly version: number;
}

/** What was there from one write to the next; a resource that is gone keeps its last version. */
interface Stage {
  readonly content: Content | undefined;
  readonly version: number;
  readonly id: string | undefined;
}

/**
 * Whether what clients were answered about one resource can have happened one after the other, each at a moment between its request
 * and its answer, in the order in which the change log has the writes: whether it is linearizable. Says where not.
 *
 * A resource that comes back after its deletion, under its id or a new one, is the same here.
 */
export function checkHistory(operations: readonly Operation[], log: readonly LoggedWrite[]): readonly string[] {
  const byRequest = new Map(operations.map((operation) => [operation.requestId, operation]));
  const writes = log.flatMap((entry) => {
    const operation = byRequest.get(entry.requestId);
    return operation === undefined ? [] : [{ entry, operation }];
  });
  if (writes.length < log.length) return ['the change log tells of writes that nobody asked for'];
  const { stages, faults } = replay(writes);
  return [...faults, ...placeOperations(operations, stages, writes)];
}

interface Write {
  readonly entry: LoggedWrite;
  readonly operation: Operation;
}

/** Carries the writes out on the model, one after the other. */
function replay(writes: readonly Write[]): { readonly stages: readonly Stage[]; readonly faults: readonly string[] } {
  let stage: Stage = { content: undefined, version: 0, id: undefined };
  const stages = [stage];
  const faults: string[] = [];
  for (const { entry, operation } of writes) {
    const name = `version ${entry.version} of ${entry.id}`;
    const version: number = entry.id === stage.id ? stage.version + 1 : 1;
    if (entry.version !== version) faults.push(`${name} follows version ${version - 1}`);
    faults.push(...preconditionFaults(stage, operation, name));
    const content = operation.change && changed(stage.content, operation.change);
    stage = { content, version, id: entry.id };
    stages.push(stage);
    faults.push(...answerFaults(operation, stage, name));
  }
  return { stages, faults };
}

function preconditionFaults(
  { content, version }: Stage,
  { change, ifMatch }: Operation,
  name: string,
): readonly string[] {
  const isThere = content !== undefined;
  if (change === undefined) return [`${name} was written by a GET`];
  if (change.kind === 'create' && isThere) return [`${name} was created while it was there`];
  if (change.kind !== 'create' && !isThere) return [`${name} was written while it was not there`];
  if (ifMatch === undefined || ifMatch === version) return [];
  return [`LOST UPDATE: ${name} was written over version ${version}, though If-Match named ${ifMatch}`];
}

function answerFaults({ reading }: Operation, { content, version }: Stage, name: string): readonly string[] {
  if (reading.kind === 'done' && content === undefined) return [];
  if (reading.kind !== 'seen') return [`${name} was done and answered ${reading.kind}`];
  if (reading.version !== version) return [`${name} was answered as version ${reading.version}`];
  if (reading.content === undefined || isSameContent(reading.content, content)) return [];
  return [`${name} was answered as ${textOf(reading.content)}, and is ${textOf(content)}`];
}

interface Range {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Gives every operation a place. The write that made stage n has place 2n; what changed nothing gets one between two writes, 2n + 1,
 * at which its answer was true. A place must lie behind those of all operations that had ended before, and before those of all
 * writes that began after.
 */
function placeOperations(
  operations: readonly Operation[],
  stages: readonly Stage[],
  writes: readonly Write[],
): readonly string[] {
  const faults: string[] = [];
  const stageOf = new Map(writes.map(({ operation }, index) => [operation, index + 1]));
  const placed: { readonly endMs: number; readonly place: number }[] = [];
  for (const operation of operations.toSorted((a, b) => a.startMs - b.startMs)) {
    const before = placed.filter(({ endMs }) => endMs < operation.startMs);
    const lowest = before.reduce((low, { place }) => Math.max(low, place), 1);
    const next = writes.findIndex((write) => write.operation.startMs > operation.endMs);
    const highest = next === -1 ? 2 * stages.length - 1 : 2 * next + 1;
    const stage = stageOf.get(operation);
    const place = stage === undefined ? placeBetween(operation, stages, { lowest, highest }) : 2 * stage;
    if (place === undefined || place < lowest || place > highest) faults.push(misplaced(operation));
    else placed.push({ endMs: operation.endMs, place });
  }
  return faults;
}

/** The first place in the range at which the answer is true. */
function placeBetween(operation: Operation, stages: readonly Stage[], { lowest, highest }: Range): number | undefined {
  for (let index = Math.floor(lowest / 2); 2 * index + 1 <= highest; index++) {
    const stage = stages[index];
    if (stage !== undefined && isTrue(operation, stage)) return 2 * index + 1;
  }
  return undefined;
}

/** Whether an answer to what changed nothing is true of a stage. */
function isTrue({ reading, change, id, ifMatch }: Operation, stage: Stage): boolean {
  const { content, version } = stage;
  const isThere = content !== undefined && (id === undefined || stage.id === id);
  switch (reading.kind) {
    case 'absent':
      return !isThere;
    case 'taken':
      return isThere;
    case 'mismatch':
      return isThere && version !== ifMatch;
    case 'seen':
      if (!isThere || version !== reading.version || (ifMatch ?? version) !== version) return false;
      if (reading.content !== undefined && !isSameContent(reading.content, content)) return false;
      // A write that the log does not tell of must have had nothing to do.
      return change === undefined || isSameContent(changed(content, change), content);
    default:
      return false;
  }
}

function misplaced({ id, change, ifMatch, reading, client, startMs, endMs }: Operation): string {
  const asked = `${change?.kind ?? 'GET'}${ifMatch === undefined ? '' : ` If-Match ${ifMatch}`}`;
  const told = reading.kind === 'seen' ? `as version ${reading.version}, ${textOf(reading.content)}` : reading.kind;
  const status = reading.kind === 'other' ? ` ${reading.status}` : '';
  const when = `client ${client}, ${Math.round(startMs)} to ${Math.round(endMs)} ms`;
  return `${when}: ${asked} of ${id ?? 'a new one'} was answered ${told}${status}, which fits no place in the order`;
}
