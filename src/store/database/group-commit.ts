import { unavailable } from '../../errors.js';
import type { TransactionTerms } from './connection.js';
import { requireTerms } from './deadline.js';
import { FairQueue } from './fair-queue.js';
import { nextTurn } from './turns.js';

interface Job {
  attempts: number;
  readonly run: () => Promise<void>;
  readonly fail: (error: unknown) => void;
  readonly succeed: () => void;
  readonly deadlineMs: number;
}

/** What becomes of the jobs of a shared transaction. */
interface Batch {
  readonly done: Job[];
  /** Jobs that failed behind others, and how to tell them: what they found wrong may be what those wrote, so the commit comes first. */
  readonly refused: { readonly job: Job; readonly error: unknown }[];
}

/** What a queue of transactions needs from its database. */
export interface CommitBackend {
  /** Opens the shared transaction; may wait for another process. */
  begin(): Promise<void>;
  /** Makes everything durable that is to be kept. */
  commit(): Promise<void>;
  rollback(): Promise<void> | void;
  savepoint(): Promise<void> | void;
  releaseSavepoint(): Promise<void> | void;
  rollbackToSavepoint(): Promise<void> | void;
  /** What was done since the last savepoint, or else since the begin, is to be kept. */
  keep(): void;
  /** Whether a job that failed with this may succeed in another transaction, of which it is the first; never unless given. */
  mayComeAgain?(error: unknown, isFirst: boolean): boolean;
}

// One client leaves room for another, however much it asks for; and there is room for what all Bulks that may be at work at once have
// under way.
const queueRules = { most: 4_200, mostOfOne: 2_100 };
const maxWaitMs = 10_000;
const maxAttempts = 4;

/** When a batch ends. */
export interface BatchRules {
  readonly most: number;
  readonly longestMs: number;
}

const batchRules: BatchRules = { most: 128, longestMs: 10 };

/**
 * Writers that go through one after the other: those of an embedded database, or those who lock the same row. Concurrent
 * transactions share one commit, each but the first in its own
 * savepoint, each acknowledged after the sync. One that fails takes no other with it. Clients take turns, and each has its own part of
 * the queue; a queue that is full, or a wait that is too long, is answered 503.
 */
export class GroupCommit {
  readonly #backend: CommitBackend;
  readonly #nowMs: () => number;
  readonly #rules: BatchRules;
  readonly #queue = new FairQueue<Job>(queueRules);
  /** Begins the next batch, ahead of the queue. */
  #comesAgain: Job | undefined;
  #draining: Promise<void> | undefined;

  constructor(backend: CommitBackend, nowMs: () => number, rules = batchRules) {
    this.#backend = backend;
    this.#nowMs = nowMs;
    this.#rules = rules;
  }

  /** How many transactions wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Runs `work` in the next shared transaction; resolves after the commit. */
  submit<Result>(work: () => Promise<Result>, terms: TransactionTerms = {}): Promise<Result> {
    const { clientId = '', deadlineMs } = terms;
    return new Promise<Result>((resolve, reject) => {
      let answer: { readonly value: Result } | undefined;
      const isQueued = this.#queue.push(clientId, {
        attempts: 0,
        run: async () => {
          answer = { value: await work() };
          await requireTerms(terms);
        },
        succeed: () => {
          if (answer !== undefined) resolve(answer.value);
        },
        fail: reject,
        deadlineMs: Math.min(this.#nowMs() + maxWaitMs, deadlineMs ?? Infinity),
      });
      if (isQueued) this.#draining ??= this.#drain();
      else reject(unavailable('too many writes are waiting', undefined, 1));
    });
  }

  /** Resolves when nothing is queued any more. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Requests that were read in this turn of the event loop join the first batch.
    await nextTurn();
    while (this.#queue.size > 0 || this.#comesAgain !== undefined) {
      await this.#commitBatch();
      await nextTurn();
    }
    this.#draining = undefined;
  }

  async #commitBatch(): Promise<void> {
    try {
      await this.#backend.begin();
    } catch (error) {
      for (let job = this.#next(); job !== undefined; job = this.#next()) job.fail(error);
      return;
    }
    const batch: Batch = { done: [], refused: [] };
    const { done, refused } = batch;
    try {
      await this.#runJobs(batch);
      if (done.length > 0) await this.#backend.commit();
      else await this.#rollback();
    } catch (error) {
      await this.#rollback();
      for (const job of [...done, ...refused.map((each) => each.job)]) job.fail(error);
      return;
    }
    for (const job of done) job.succeed();
    for (const { job, error } of refused) job.fail(error);
  }

  /** Runs jobs until the batch is full or its time is up. */
  async #runJobs(batch: Batch): Promise<void> {
    const { done } = batch;
    const endMs = this.#nowMs() + this.#rules.longestMs;
    while (done.length < this.#rules.most && this.#nowMs() <= endMs) {
      const job = this.#next();
      if (job === undefined) return;
      if (job.deadlineMs < this.#nowMs()) job.fail(unavailable('the write waited too long', undefined, 1));
      else if (!(await (done.length > 0 ? this.#runInSavepoint(job, batch) : this.#runFirst(job, batch)))) return;
    }
  }

  #next(): Job | undefined {
    const job = this.#comesAgain ?? this.#queue.shift();
    this.#comesAgain = undefined;
    return job;
  }

  /** Refuses a job, or has it begin the next batch; whether this one goes on. */
  #refuse(job: Job, error: unknown, { done, refused }: Batch): boolean {
    job.attempts += 1;
    const comesAgain = this.#backend.mayComeAgain?.(error, done.length === 0) === true;
    if (!comesAgain) refused.push({ job, error });
    else if (job.attempts < maxAttempts) this.#comesAgain = job;
    else refused.push({ job, error: unavailable('too many writers meet at the same resources', error, 1) });
    return !comesAgain;
  }

  /** A savepoint costs a copy of each page that is changed; to undo the first job of a batch is to roll back, which ends it. */
  async #runFirst(job: Job, batch: Batch): Promise<boolean> {
    try {
      await job.run();
    } catch (error) {
      this.#refuse(job, error, batch);
      return false;
    }
    this.#backend.keep();
    batch.done.push(job);
    return true;
  }

  /** Whether the batch goes on. */
  async #runInSavepoint(job: Job, batch: Batch): Promise<boolean> {
    await this.#savepoint(job);
    try {
      await job.run();
      await this.#backend.releaseSavepoint();
    } catch (error) {
      const goesOn = this.#refuse(job, error, batch);
      await this.#undo(error);
      return goesOn;
    }
    this.#backend.keep();
    batch.done.push(job);
    return true;
  }

  async #savepoint(job: Job): Promise<void> {
    try {
      await this.#backend.savepoint();
    } catch (error) {
      job.fail(error);
      throw error;
    }
  }

  async #undo(error: unknown): Promise<void> {
    try {
      await this.#backend.rollbackToSavepoint();
    } catch {
      // On a full or failing disk the database has rolled back everything, the other jobs of the batch included.
      throw unavailable('the database gave up the transaction', error, 1);
    }
  }

  async #rollback(): Promise<void> {
    try {
      await this.#backend.rollback();
    } catch {
      // The database has rolled it back itself.
    }
  }
}
