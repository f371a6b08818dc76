import type { DirectoryContext } from '../../directory/context.js';
import type { RequestError } from '../../errors.js';
import type { BulkWrite } from '../../protocol/bulk-message.js';
import type { BulkPlan, PlannedWrite } from '../../protocol/bulk-plan.js';
import { resolveData, resolveText } from '../../protocol/bulk-references.js';
import { failure, success, type BulkResult, type WriteAnswer } from './bulk-operation.js';

/** What has become of the operations of a BulkRequest so far: their results, and the ids that stand for their bulkIds. */
export class BulkOutcomes {
  readonly #plan: BulkPlan;
  readonly #context: DirectoryContext;
  readonly #results: (BulkResult | undefined)[];
  readonly #failed = new Set<number>();
  readonly #ids = new Map<string, string>();

  constructor(plan: BulkPlan, context: DirectoryContext) {
    this.#plan = plan;
    this.#context = context;
    this.#results = plan.operations.map(() => undefined);
  }

  /** How many operations have failed. */
  get errors(): number {
    return this.#failed.size;
  }

  /** The results in the order of the operations; those that were not tried have none. */
  get results(): readonly BulkResult[] {
    return this.#results.filter((result) => result !== undefined);
  }

  hasFailed(index: number): boolean {
    return this.#failed.has(index);
  }

  refersToFailed({ references }: PlannedWrite): boolean {
    return references.some((reference) => this.#failed.has(reference));
  }

  /** Keeps the id that a POST has given its resource. */
  know({ method, bulkId }: BulkWrite, id: string): void {
    if (method === 'POST' && bulkId !== undefined) this.#ids.set(bulkId, id);
  }

  /** The bulkIds that an operation refers to and of which nothing has been made. */
  unknownTo({ references }: PlannedWrite): ReadonlySet<string> {
    const bulkIds = references.map((reference) => this.#plan.operations[reference]?.bulkId);
    return new Set(bulkIds.filter((bulkId) => bulkId !== undefined).filter((bulkId) => !this.#ids.has(bulkId)));
  }

  /** The write with its references replaced by ids, as far as they are known. */
  resolve<Write extends BulkWrite>(write: Write): Write {
    const id = write.id === undefined ? undefined : resolveText(write.id, this.#ids);
    return { ...write, id, data: resolveData(write, this.#ids) };
  }

  succeed(index: number, write: BulkWrite, answer: WriteAnswer): void {
    if (answer !== undefined) this.know(write, answer.id);
    this.#results[index] = success(this.#located(write), answer, this.#context);
  }

  fail(index: number, error: RequestError): void {
    this.#failed.add(index);
    this.#refuse(index, error);
  }

  /** Gives every operation that was not tried the same error. */
  refuseRest(error: RequestError): void {
    for (const [index, result] of this.#results.entries()) if (result === undefined) this.#refuse(index, error);
  }

  #refuse(index: number, error: RequestError): void {
    const operation = this.#plan.operations[index];
    if (operation === undefined) return;
    const shown = operation.kind === 'write' ? this.#located(operation) : operation;
    this.#results[index] = failure(shown, error, this.#context);
  }

  #located(write: BulkWrite): BulkWrite {
    return write.id === undefined ? write : { ...write, id: resolveText(write.id, this.#ids) };
  }
}
