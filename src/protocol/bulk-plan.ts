import { invalidValue, type RequestError } from '../errors.js';
import {
  readBulkMessage,
  type BulkHead,
  type BulkMessage,
  type BulkOptions,
  type BulkWrite,
  type RefusedOperation,
} from './bulk-message.js';
import { referencesOf } from './bulk-references.js';

/** A write and how it hangs together with the others; operations are named by their place in the request. */
export interface PlannedWrite extends BulkWrite {
  /** The POSTs that it refers to. */
  readonly references: readonly number[];
  /**
   * The operation after which everything it refers to, directly or through others, has been tried; itself where nothing
   * comes later. A POST is carried out in its place and linked there; any other operation is carried out there.
   */
  readonly settlesAt: number;
}

/** What is to be done with one operation. */
export type PlannedOperation = PlannedWrite | RefusedOperation;

/** How a BulkRequest is carried out (RFC 7644 §3.7). */
export interface BulkPlan {
  readonly failOnErrors: number | undefined;
  readonly operations: readonly PlannedOperation[];
  /** For each operation those that settle after it, in their order. */
  readonly settling: readonly (readonly number[])[];
  /** For each operation those that refer to it. */
  readonly dependents: readonly (readonly number[])[];
}

/**
 * Reads a BulkRequest and orders it: references forwards, backwards and in circles, in time that grows with the request.
 * An operation that refers to a bulkId that no POST has is refused with `invalidValue`. Throws what `readBulkMessage` throws.
 */
export function planBulk(body: unknown, options: BulkOptions): BulkPlan {
  const message = readBulkMessage(body, options);
  const creators = creatorsIn(message);
  const drafts = message.operations.map((operation) =>
    operation.kind === 'write' ? withReferences(operation, creators) : operation,
  );
  const dependents = invert(drafts);
  const settlesAt = settle(drafts, dependents);
  const operations = drafts.map((draft, index) =>
    draft.kind === 'write' ? { ...draft, settlesAt: settlesAt[index] ?? index } : draft,
  );
  return { failOnErrors: message.failOnErrors, operations, settling: groupByEnd(settlesAt), dependents };
}

type Draft = Omit<PlannedWrite, 'settlesAt'> | RefusedOperation;

/** The operation that makes the resource of each bulkId; refused ones too, because what refers to them fails with them. */
function creatorsIn({ operations }: BulkMessage): ReadonlyMap<string, number> {
  const creators = new Map<string, number>();
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (method === 'POST' && bulkId !== undefined && !creators.has(bulkId)) creators.set(bulkId, index);
  }
  return creators;
}

function withReferences(write: BulkWrite, creators: ReadonlyMap<string, number>): Draft {
  const references: number[] = [];
  for (const bulkId of referencesOf(write)) {
    const creator = creators.get(bulkId);
    if (creator === undefined) return refuse(write, unknownReference(bulkId));
    references.push(creator);
  }
  return { ...write, references };
}

function refuse({ method, bulkId }: BulkHead, error: RequestError): RefusedOperation {
  return { kind: 'refused', method, bulkId, error };
}

function unknownReference(bulkId: string): RequestError {
  return invalidValue(`no POST of this request has the bulkId ${JSON.stringify(bulkId.slice(0, 100))}`);
}

function invert(drafts: readonly Draft[]): readonly (readonly number[])[] {
  const dependents = drafts.map((): number[] => []);
  for (const [index, draft] of drafts.entries()) {
    if (draft.kind === 'write') for (const reference of draft.references) dependents[reference]?.push(index);
  }
  return dependents;
}

/** For each operation the last one that it reaches. Whatever reaches the last of all is done with first, and so on. */
function settle(drafts: readonly Draft[], dependents: readonly (readonly number[])[]): number[] {
  const settlesAt = drafts.map(() => -1);
  for (let last = drafts.length - 1; last >= 0; last -= 1) {
    const reaching = settlesAt[last] === -1 ? [last] : [];
    for (let index = reaching.pop(); index !== undefined; index = reaching.pop()) {
      if (settlesAt[index] !== -1) continue;
      settlesAt[index] = last;
      reaching.push(...(dependents[index] ?? []));
    }
  }
  return keepOrder(drafts, settlesAt);
}

/** What comes after an operation on the same resource that has to wait waits with it. */
function keepOrder(drafts: readonly Draft[], settlesAt: readonly number[]): number[] {
  const until = new Map<string, number>();
  return drafts.map((draft, index) => {
    const own = settlesAt[index] ?? index;
    if (draft.kind !== 'write' || draft.id === undefined) return own;
    const resource = `${draft.type.endpoint}/${draft.id}`;
    const end = Math.max(own, until.get(resource) ?? own);
    until.set(resource, end);
    return end;
  });
}

function groupByEnd(settlesAt: readonly number[]): number[][] {
  const settling = settlesAt.map((): number[] => []);
  for (const [index, end] of settlesAt.entries()) settling[end]?.push(index);
  return settling;
}
