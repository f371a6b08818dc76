import type { DirectoryContext } from '../../directory/context.js';
import type { RequestScope } from '../../directory/request-scope.js';
import { WriteSequence } from '../../directory/write-sequence.js';
import { RequestError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { BulkWrite } from '../../protocol/bulk-message.js';
import type { BulkPlan, PlannedOperation, PlannedWrite } from '../../protocol/bulk-plan.js';
import { splitLinks } from '../../protocol/bulk-references.js';
import { nextTurn } from '../../store/database/turns.js';
import { judgeError } from '../error-response.js';
import { linkTo, sendWrite, undoingOf, type BulkResult, type WriteAnswer } from './bulk-operation.js';
import { BulkOutcomes } from './bulk-outcomes.js';

// So many transactions share a commit at most; other clients' writes wait behind them in the queue.
const atOnce = 64;
// A step costs about 0.1 ms of the event loop.
const stepsATurn = 32;

/** What a run needs besides its plan. */
export interface BulkRunOptions {
  readonly scope: RequestScope;
  readonly context: DirectoryContext;
  readonly log: Log;
  /** Whether anybody still waits for the answer. */
  readonly isWanted: () => boolean;
  /** The scope as the token stands now. Throws when it has ended since the request began. */
  readonly authorize: () => Promise<RequestScope>;
}

/** A resource that a POST has made, whose references have not all been tried yet. */
interface Made {
  readonly answer: NonNullable<WriteAnswer>;
  /** The values that wait for a reference. */
  readonly later: object | undefined;
}

/**
 * Carries out a BulkRequest (RFC 7644 §3.7), as if each operation waited for the one before.
 * A POST that refers to later operations makes its resource first and is linked when they have been tried; a circle is
 * closed that way. Any other operation waits for what it refers to. An operation fails with 409, and is undone if it is a
 * POST, when one that it refers to, directly or through others, fails.
 */
export class BulkRun {
  readonly #plan: BulkPlan;
  readonly #options: BulkRunOptions;
  readonly #writes: WriteSequence;
  readonly #outcomes: BulkOutcomes;
  readonly #made = new Map<number, Made>();
  readonly #inFlight = new Map<number, Promise<void>>();
  /** Why the rest is refused: an outage, or a token that has ended. */
  #refusal: RequestError | undefined;
  #cannotUndo = false;
  /** What the operation that is at hand may do; the token may reach less than at the beginning. */
  #scope: RequestScope;
  #steps = 0;

  constructor(plan: BulkPlan, options: BulkRunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#scope = options.scope;
    this.#writes = new WriteSequence(options.context);
    this.#outcomes = new BulkOutcomes(plan, options.context);
  }

  /** Carries out the operations and gives their results in their order; those that were not tried have none. */
  async results(): Promise<readonly BulkResult[]> {
    for (const [index, operation] of this.#plan.operations.entries()) {
      await this.#makeRoom();
      await this.#authorize();
      if (this.#isOver()) break;
      await this.#step(index, operation);
    }
    await this.#drain();
    await this.#abandonMade();
    if (this.#refusal !== undefined && !this.#hasTooManyErrors()) this.#outcomes.refuseRest(this.#refusal);
    return this.#outcomes.results;
  }

  /** Each operation is allowed as if it had been sent alone. */
  async #authorize(): Promise<void> {
    try {
      this.#scope = await this.#options.authorize();
    } catch (error) {
      this.#refusal ??= this.#judge(error);
    }
  }

  #isOver(): boolean {
    return this.#refusal !== undefined || this.#hasTooManyErrors() || !this.#options.isWanted();
  }

  #hasTooManyErrors(): boolean {
    return this.#outcomes.errors >= (this.#plan.failOnErrors ?? Infinity);
  }

  async #step(index: number, operation: PlannedOperation): Promise<void> {
    await this.#yieldTurn();
    if (operation.kind === 'refused') {
      await this.#fail(index, operation.error);
      return this.#settle(index);
    }
    const isAlone = this.#isAlone(index, operation);
    if (!isAlone || operation.references.some((each) => this.#inFlight.has(each))) await this.#drain();
    if (this.#isOver()) return;
    if (isAlone) return this.#start(index, operation);
    if (operation.method === 'POST') await this.#make(index, operation);
    await this.#settle(index);
  }

  /** Whether nothing before the operation waits for it, and it waits for nothing to come. */
  #isAlone(index: number, { settlesAt }: PlannedWrite): boolean {
    const dependents = this.#plan.dependents[index] ?? [];
    return settlesAt === index && dependents.every((dependent) => dependent > index);
  }

  /** Starts an operation whose outcome is final; the next may follow before it is known. */
  async #start(index: number, write: PlannedWrite): Promise<void> {
    if (this.#outcomes.refersToFailed(write)) return this.#fail(index, failedReference());
    const resolved = await this.#resolve(write);
    const scope = this.#scope;
    const { done } = await this.#writes.start((services) => sendWrite(services, scope, resolved));
    const finished = done.then(
      (answer) => this.#outcomes.succeed(index, write, answer),
      (error: unknown) => this.#fail(index, error),
    );
    this.#inFlight.set(
      index,
      finished.finally(() => this.#inFlight.delete(index)),
    );
  }

  /** Makes the resource of a POST, without the values that refer to operations which have not been tried. */
  async #make(index: number, write: PlannedWrite): Promise<void> {
    if (this.#outcomes.refersToFailed(write)) return this.#fail(index, failedReference());
    const resolved = await this.#resolve(write);
    const { now, later } = splitLinks(write.type, resolved.data ?? {}, this.#outcomes.unknownTo(write));
    await this.#attempt(index, async () => {
      const answer = await this.#send({ ...resolved, data: now });
      if (answer === undefined) throw new Error('a POST has no answer');
      this.#made.set(index, { answer, later });
      this.#outcomes.know(write, answer.id);
    });
  }

  /** Does what waited for this operation: links what was made, then carries out what is not a POST. */
  async #settle(last: number): Promise<void> {
    const settling = this.#plan.settling[last] ?? [];
    for (const index of settling) await this.#link(index);
    if (this.#refusal !== undefined) return;
    for (const index of settling) this.#finish(index);
    for (const index of settling) await this.#carryOut(index);
  }

  /** Writes the values that a POST had to leave out. */
  async #link(index: number): Promise<void> {
    const operation = this.#plan.operations[index];
    const made = this.#made.get(index);
    if (made?.later === undefined || operation?.kind !== 'write' || this.#refusal !== undefined) return;
    const link = await this.#resolve({ ...operation, ...linkTo(operation, made.answer.id, made.later) });
    try {
      const answer = await this.#send(link);
      if (answer !== undefined) this.#made.set(index, { answer, later: undefined });
    } catch (error) {
      await this.#fail(index, asConflict(error));
    }
  }

  #finish(index: number): void {
    const operation = this.#plan.operations[index];
    const made = this.#made.get(index);
    if (made === undefined || operation?.kind !== 'write') return;
    this.#made.delete(index);
    this.#outcomes.succeed(index, operation, made.answer);
  }

  async #carryOut(index: number): Promise<void> {
    const operation = this.#plan.operations[index];
    if (operation?.kind !== 'write' || operation.method === 'POST' || this.#isOver()) return;
    if (this.#outcomes.refersToFailed(operation)) return this.#fail(index, failedReference());
    await this.#attempt(index, async () => {
      this.#outcomes.succeed(index, operation, await this.#send(await this.#resolve(operation)));
    });
  }

  /** The write with its references resolved. It may hold tens of thousands, so to resolve them is one turn, to send it another. */
  async #resolve(write: PlannedWrite): Promise<PlannedWrite> {
    if (write.references.length === 0) return this.#outcomes.resolve(write);
    await nextTurn();
    const resolved = this.#outcomes.resolve(write);
    await nextTurn();
    return resolved;
  }

  async #attempt(index: number, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      await this.#fail(index, error);
    }
  }

  async #send(write: BulkWrite, scope = this.#scope): Promise<WriteAnswer> {
    const { done } = await this.#writes.start((services) => sendWrite(services, scope, write));
    return done;
  }

  /** Fails an operation, and with it the POSTs before that refer to it; what they made is taken away again. */
  async #fail(first: number, cause: unknown): Promise<void> {
    const error = this.#judge(cause);
    if (error.status === 503) this.#refusal ??= error;
    const failing = [{ index: first, error }];
    for (let next = failing.pop(); next !== undefined; next = failing.pop()) {
      if (this.#outcomes.hasFailed(next.index)) continue;
      this.#outcomes.fail(next.index, (await this.#undo(next.index)) ?? next.error);
      for (const index of this.#plan.dependents[next.index] ?? []) {
        if (this.#made.has(index)) failing.push({ index, error: failedReference() });
      }
    }
  }

  /** Takes away what a POST has made, if anything; gives the error if that fails. */
  async #undo(index: number): Promise<RequestError | undefined> {
    const operation = this.#plan.operations[index];
    const made = this.#made.get(index);
    this.#made.delete(index);
    if (made === undefined || operation?.kind !== 'write' || this.#cannotUndo) return undefined;
    try {
      // Whatever the time and the token: what was made is answered as if it had never been.
      const unconditional = { deadlineMs: undefined, requireStanding: undefined };
      await this.#send(undoingOf(operation, made.answer.id), { ...this.#options.scope, ...unconditional });
      return undefined;
    } catch (error) {
      const known = this.#judge(error);
      this.#cannotUndo = known.status === 503;
      return known.status === 404 ? undefined : known;
    }
  }

  #judge(error: unknown): RequestError {
    return judgeError(error, this.#options.scope.actor.requestId, this.#options.log);
  }

  /** Ends the POSTs whose references have not been tried, because the run has ended before. */
  async #abandonMade(): Promise<void> {
    for (const index of this.#made.keys()) await this.#fail(index, this.#refusal ?? unreachedReference());
  }

  /** Waits until another operation may be started: no more errors may come than the request accepts. */
  async #makeRoom(): Promise<void> {
    const accepted = this.#plan.failOnErrors ?? Infinity;
    for (const oldest of this.#inFlight.values()) {
      if (this.#inFlight.size < atOnce && this.#outcomes.errors + this.#inFlight.size < accepted) return;
      await oldest;
    }
  }

  async #drain(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  async #yieldTurn(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % stepsATurn === 0) await nextTurn();
  }
}

function failedReference(): RequestError {
  return new RequestError(409, 'an operation that this one refers to has failed');
}

function unreachedReference(): RequestError {
  return new RequestError(409, 'the request ended before an operation that this one refers to');
}

/** A value that was fit in itself cannot be linked, such as a group that would contain itself (RFC 7644 §3.7.1). */
function asConflict(error: unknown): unknown {
  if (!(error instanceof RequestError) || error.scimType !== 'invalidValue') return error;
  return new RequestError(409, `the references cannot be resolved: ${error.message}`, { cause: error });
}
