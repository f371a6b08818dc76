import { expect } from 'chai';
import { nowMs } from '../../src/clock.js';
import { RequestError } from '../../src/errors.js';
import { GroupCommit, type CommitBackend } from '../../src/store/database/group-commit.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import type { Database } from '../../src/store/database/connection.js';
import { forEachDatabase } from '../support/databases.js';

type Step = keyof CommitBackend;

/** A database that writes down what it is asked, and fails where it is told. */
class ScriptedBackend implements CommitBackend {
  readonly steps: Step[] = [];
  readonly #failures: Partial<Record<Step, Error[]>>;

  constructor(failures: Partial<Record<Step, Error[]>> = {}) {
    this.#failures = failures;
  }

  #take(step: Step): void {
    this.steps.push(step);
    const error = this.#failures[step]?.shift();
    if (error !== undefined) throw error;
  }

  async begin(): Promise<void> {
    this.#take('begin');
  }

  async commit(): Promise<void> {
    this.#take('commit');
  }

  rollback(): void {
    this.#take('rollback');
  }

  savepoint(): void {
    this.#take('savepoint');
  }

  releaseSavepoint(): void {
    this.#take('releaseSavepoint');
  }

  rollbackToSavepoint(): void {
    this.#take('rollbackToSavepoint');
  }

  keep(): void {
    this.#take('keep');
  }
}

class Met extends Error {}

/** A database in which transactions may meet others. */
class MeetingBackend extends ScriptedBackend {
  mayComeAgain(error: unknown): boolean {
    return error instanceof Met;
  }
}

function outcomes(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.map((result) =>
    result.status === 'fulfilled' ? result.value : `failed: ${messageOf(result.reason)}`,
  );
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function submitAll(commits: GroupCommit, count: number, failing: (index: number) => boolean, clientId?: string) {
  const jobs = Array.from({ length: count }, (_, index) =>
    commits.submit(
      async () => {
        if (failing(index)) throw new Error(`job ${index}`);
        return index;
      },
      clientId === undefined ? {} : { clientId },
    ),
  );
  return Promise.allSettled(jobs);
}

describe('the group commit', () => {
  it('shares one commit among transactions that meet', async () => {
    const backend = new ScriptedBackend();
    const results = await submitAll(new GroupCommit(backend, nowMs), 5, () => false);
    expect(outcomes(results)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(backend.steps.filter((step) => step === 'commit')).to.have.length(1);
  });

  it('lets a transaction that fails take no other with it', async () => {
    const backend = new ScriptedBackend();
    const results = await submitAll(new GroupCommit(backend, nowMs), 9, (index) => index % 3 === 1);
    expect(outcomes(results)).to.deep.equal([0, 'failed: job 1', 2, 3, 'failed: job 4', 5, 6, 'failed: job 7', 8]);
    expect(backend.steps.filter((step) => step === 'rollbackToSavepoint')).to.have.length(3);
  });

  it('refuses after the commit: what was found wrong may be what another has written', async () => {
    const backend = new ScriptedBackend();
    const commits = new GroupCommit(backend, nowMs);
    const kept = commits.submit(async () => 'kept');
    const refused = commits
      .submit(async () => {
        throw new Error('refused');
      })
      .catch(() => backend.steps.join(' '));
    await kept;
    expect(await refused).to.equal('begin keep savepoint rollbackToSavepoint commit');
  });

  it('makes no savepoint for the first transaction of a batch: when it fails, the others are the next batch', async () => {
    const backend = new ScriptedBackend();
    const results = await submitAll(new GroupCommit(backend, nowMs), 3, (index) => index === 0);
    expect(outcomes(results)).to.deep.equal(['failed: job 0', 1, 2]);
    const batches = 'begin rollback begin keep savepoint releaseSavepoint keep commit';
    expect(backend.steps.join(' ')).to.equal(batches);
  });

  it('acknowledges nothing before the commit', async () => {
    const backend = new ScriptedBackend();
    const seen: number[] = [];
    const commits = new GroupCommit(backend, nowMs);
    await Promise.all(
      [0, 1, 2].map((index) =>
        commits.submit(async () => index).then(() => seen.push(backend.steps.indexOf('commit'))),
      ),
    );
    for (const commit of seen) expect(commit).to.be.above(0);
  });

  it('tells every transaction of a batch that the commit failed, one that was refused as well, and goes on with the next', async () => {
    const backend = new ScriptedBackend({ commit: [new Error('disk full')] });
    const commits = new GroupCommit(backend, nowMs);
    const results = await submitAll(commits, 4, (index) => index === 2);
    expect(outcomes(results)).to.deep.equal([0, 1, 2, 3].map(() => 'failed: disk full'));
    expect(backend.steps.at(-1)).to.equal('rollback');
    expect(await commits.submit(async () => 'next')).to.equal('next');
  });

  it('tells those who wait that no transaction could be begun, and begins again for the next', async () => {
    const backend = new ScriptedBackend({ begin: [new Error('locked')] });
    const commits = new GroupCommit(backend, nowMs);
    const results = await submitAll(commits, 3, () => false);
    expect(outcomes(results)).to.deep.equal(['failed: locked', 'failed: locked', 'failed: locked']);
    expect(backend.steps).not.to.include('savepoint');
    expect(await commits.submit(async () => 'next')).to.equal('next');
  });

  it('keeps the queue alive when a savepoint cannot be made, and answers everyone', async () => {
    const backend = new ScriptedBackend({ savepoint: [new Error('no savepoint')] });
    const commits = new GroupCommit(backend, nowMs);
    const results = await submitAll(commits, 3, () => false);
    expect(results.filter((result) => result.status === 'rejected').length).to.be.at.least(1);
    expect(await commits.submit(async () => 'next')).to.equal('next');
  });

  it('keeps the queue alive when a savepoint cannot be released or undone, and answers everyone once', async () => {
    const backend = new ScriptedBackend({
      releaseSavepoint: [new Error('cannot release')],
      rollbackToSavepoint: [new Error('no such savepoint')],
    });
    const commits = new GroupCommit(backend, nowMs);
    const results = await submitAll(commits, 3, () => false);
    expect(outcomes(results)[1]).to.equal('failed: the database gave up the transaction');
    expect(results[0]?.status).to.equal('rejected');
    expect(await commits.submit(async () => 'next')).to.equal('next');
  });

  it('lets what met somebody else begin the next batch, ahead of those that came after it', async () => {
    const backend = new MeetingBackend();
    const commits = new GroupCommit(backend, nowMs);
    const order: number[] = [];
    let met = 0;
    const jobs = [0, 1, 2].map((index) =>
      commits.submit(async () => {
        if (index === 1 && met++ === 0) throw new Met();
        order.push(index);
        return index;
      }),
    );
    expect(await Promise.all(jobs)).to.deep.equal([0, 1, 2]);
    expect(order).to.deep.equal([0, 1, 2]);
    const batches = 'begin keep savepoint rollbackToSavepoint commit begin keep savepoint releaseSavepoint keep commit';
    expect(backend.steps.join(' ')).to.equal(batches);
  });

  it('refuses with 503 what has met somebody four times, and goes on', async () => {
    const commits = new GroupCommit(new MeetingBackend(), nowMs);
    let tries = 0;
    const unlucky = commits.submit(async () => {
      tries += 1;
      throw new Met();
    });
    const [refused, kept] = await Promise.allSettled([unlucky, commits.submit(async () => 'kept')]);
    expect(refused.status === 'rejected' && refused.reason).to.include({ status: 503 });
    expect([tries, kept]).to.deep.equal([4, { status: 'fulfilled', value: 'kept' }]);
  });

  it('refuses a write that waited too long with 503, without running it', async () => {
    let clockMs = 0;
    const backend = new ScriptedBackend();
    const commits = new GroupCommit(backend, () => clockMs);
    let ran = false;
    const waiting = commits.submit(async () => {
      ran = true;
    });
    clockMs = 60_000;
    const [result] = await Promise.allSettled([waiting]);
    expect(result?.status === 'rejected' && result.reason instanceof RequestError && result.reason.status).to.equal(
      503,
    );
    expect(ran).to.equal(false);
  });

  it('refuses with 503 what comes while 4,200 wait', async () => {
    const commits = new GroupCommit(new ScriptedBackend(), nowMs);
    const full = ['a', 'b'].map((client) => submitAll(commits, 2_100, () => false, client));
    const [late] = await submitAll(commits, 1, () => false, 'c');
    expect(late?.status === 'rejected' && late.reason)
      .to.include({ status: 503 })
      .and.to.have.nested.property('headers.Retry-After');
    const answers = (await Promise.all(full)).flat();
    expect(answers.filter(({ status }) => status === 'rejected')).to.have.length(0);
  });

  it('keeps half of the queue free of any one client', async () => {
    const commits = new GroupCommit(new ScriptedBackend(), nowMs);
    const flood = submitAll(commits, 2_600, () => false, 'flood');
    const quiet = await submitAll(commits, 500, () => false, 'quiet');
    expect(quiet.filter(({ status }) => status === 'rejected')).to.have.length(0);
    expect((await flood).filter(({ status }) => status === 'rejected')).to.have.length(500);
  });

  it('lets clients take turns, and keeps the order of each', async () => {
    const commits = new GroupCommit(new ScriptedBackend(), nowMs);
    const order: string[] = [];
    const jobs = ['a1', 'a2', 'a3', 'b1', 'a4', 'b2'].map((name) =>
      commits.submit(async () => order.push(name), { clientId: name.charAt(0) }),
    );
    await Promise.all(jobs);
    expect(order).to.deep.equal(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('gives up what is not ready at its deadline, and takes no other with it', async () => {
    const backend = new ScriptedBackend();
    const commits = new GroupCommit(backend, nowMs);
    const late = commits.submit(async () => 'late', { deadlineMs: nowMs() - 1 });
    const other = commits.submit(async () => 'other');
    const results = await Promise.allSettled([late, other]);
    expect(outcomes(results)).to.deep.equal(['failed: the write waited too long', 'other']);
  });

  it('is idle only when everything has been answered', async () => {
    const commits = new GroupCommit(new ScriptedBackend(), nowMs);
    let answered = 0;
    for (let index = 0; index < 300; index++) void commits.submit(async () => index).then(() => answered++);
    await commits.idle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).to.equal(300);
  });
});

describe('transactions that run at once', () => {
  forEachDatabase((testDatabase) => {
    let database: Database;
    before(async () => {
      database = await openDatabase(readConfig({ DATABASE_URL: await testDatabase.blankUrl() }).database);
      await database.transaction((connection) => connection.run('create table notes (id integer primary key)'));
    });
    beforeEach(() => database.transaction((connection) => connection.run('delete from notes')));
    after(() => database.close());

    const notes = async () =>
      (await database.reader.all<{ id: number }>('select id from notes order by id')).map(({ id }) => id);

    it('keep what the others wrote when one of them throws', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, id) =>
          database.transaction(async (connection) => {
            await connection.run('insert into notes (id) values (?)', [id]);
            if (id % 4 === 0) throw new Error('thrown after the insert');
          }),
        ),
      );
      const kept = results.flatMap((result, id) => (result.status === 'fulfilled' ? [id] : []));
      expect(kept).to.have.length(30);
      expect(await notes()).to.deep.equal(kept);
    });

    it('keep what the others wrote when the database refuses a statement of one of them', async () => {
      const results = await Promise.allSettled(
        [1, 2, 1, 3, 2, 4].map((id) =>
          database.transaction((connection) => connection.run('insert into notes (id) values (?)', [id])),
        ),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).to.have.length(4);
      expect(await notes()).to.deep.equal([1, 2, 3, 4]);
    });

    it('leave nothing when their time is over before they are ready to be committed', async () => {
      const deadlineMs = nowMs() + 200;
      const waiting = database.transaction(
        async (connection) => {
          await connection.run('insert into notes (id) values (1)');
          while (nowMs() <= deadlineMs) await new Promise((resolve) => setImmediate(resolve));
          return 'too late';
        },
        { deadlineMs },
      );
      const [result] = await Promise.allSettled([waiting]);
      expect(result?.status === 'rejected' && result.reason).to.include({ status: 503 });
      expect(await notes()).to.deep.equal([]);
    });

    it('take no more statements when their time is over', async () => {
      const deadlineMs = nowMs() + 200;
      let refused: unknown;
      const waiting = database.transaction(
        async (connection) => {
          while (nowMs() <= deadlineMs) await new Promise((resolve) => setImmediate(resolve));
          await connection.run('insert into notes (id) values (1)').catch((error: unknown) => (refused = error));
        },
        { deadlineMs },
      );
      await Promise.allSettled([waiting]);
      expect(refused).to.include({ status: 503 });
    });

    it('are seen by the reader as soon as they are acknowledged, and not before', async () => {
      let during: number[] = [];
      await database.transaction(async (connection) => {
        await connection.run('insert into notes (id) values (1)');
        during = await notes();
      });
      expect([during, await notes()]).to.deep.equal([[], [1]]);
    });
  });
});
