import { expect } from 'chai';
import { checkHistory, type LoggedWrite } from '../../scripts/drills/history/check-history.js';
import { history } from '../../scripts/drills/history/history.js';
import type { Change, Operation, Reading } from '../../scripts/drills/history/operation.js';

const id = 'a';

interface Told {
  readonly change?: Change;
  readonly ifMatch?: number;
  readonly reading: Reading;
}

let requests = 0;

function operation(startMs: number, endMs: number, { change, ifMatch, reading }: Told): Operation {
  const isByName = change?.kind === 'create';
  return {
    client: 0,
    startMs,
    endMs,
    id: isByName ? undefined : id,
    change,
    ifMatch,
    reading,
    requestId: `r${++requests}`,
  };
}

const content = (title: string) => ({ values: { title }, members: new Set<string>() });
const seen = (version: number, title: string): Reading => ({ kind: 'seen', version, content: content(title) });
const whole = (kind: 'create' | 'replace', title: string): Change => ({ kind, values: { title }, members: [] });
const created = (startMs: number, endMs: number) =>
  operation(startMs, endMs, { change: whole('create', 'one'), reading: seen(1, 'one') });
const put = (startMs: number, endMs: number, told: { title: string; ifMatch: number; version: number }) =>
  operation(startMs, endMs, {
    change: whole('replace', told.title),
    ifMatch: told.ifMatch,
    reading: seen(told.version, told.title),
  });
const read = (startMs: number, endMs: number, reading: Reading) => operation(startMs, endMs, { reading });
const removed = (startMs: number, endMs: number) =>
  operation(startMs, endMs, { change: { kind: 'delete' }, reading: { kind: 'done' } });

/** The operations that wrote, in the order of the log, versions counted up. */
function logOf(...writes: readonly Operation[]): readonly LoggedWrite[] {
  return writes.map(({ requestId = '' }, index) => ({ requestId, id, version: index + 1 }));
}

function faults(writes: readonly Operation[], others: readonly Operation[] = []): string {
  return checkHistory([...writes, ...others], logOf(...writes)).join('\n');
}

describe('the check of a history', () => {
  it('is content with writes that follow one another and with reads between them', () => {
    const writes = [created(0, 10), put(20, 30, { title: 'two', ifMatch: 1, version: 2 }), removed(40, 50)];
    const reads = [
      read(-5, 5, { kind: 'absent' }),
      read(11, 19, seen(1, 'one')),
      read(21, 29, seen(1, 'one')),
      read(21, 29, seen(2, 'two')),
      read(45, 60, { kind: 'absent' }),
      operation(12, 13, { change: whole('create', 'x'), reading: { kind: 'taken' } }),
      operation(25, 35, { change: whole('replace', 'x'), ifMatch: 1, reading: { kind: 'mismatch' } }),
    ];
    expect(faults(writes, reads)).to.equal('');
  });

  it('sees a lost update: a PUT over a version that If-Match does not name', () => {
    const writes = [
      created(0, 10),
      put(20, 30, { title: 'two', ifMatch: 1, version: 2 }),
      put(21, 31, { title: 'three', ifMatch: 1, version: 3 }),
    ];
    expect(faults(writes)).to.match(/^LOST UPDATE/);
  });

  it('sees two writes of one version', () => {
    const writes = [created(0, 10), put(20, 30, { title: 'two', ifMatch: 1, version: 2 })];
    const [first, second] = logOf(...writes);
    const log = [first, second].flatMap((entry) => (entry === undefined ? [] : [{ ...entry, version: 1 }]));
    expect(checkHistory(writes, log).join()).to.match(/version 1 of a follows version 1/);
  });

  it('sees a read of what had been overwritten before it began', () => {
    const writes = [created(0, 10), put(20, 30, { title: 'two', ifMatch: 1, version: 2 })];
    expect(faults(writes, [read(31, 40, seen(1, 'one'))])).to.match(/fits no place/);
  });

  it('sees a read of what was written only afterwards', () => {
    const writes = [created(0, 10), put(20, 30, { title: 'two', ifMatch: 1, version: 2 })];
    expect(faults(writes, [read(12, 15, seen(2, 'two'))])).to.match(/fits no place/);
  });

  it('sees a read that goes back behind an earlier one', () => {
    const writes = [created(0, 10), put(20, 90, { title: 'two', ifMatch: 1, version: 2 })];
    const reads = [read(30, 40, seen(2, 'two')), read(50, 60, seen(1, 'one'))];
    expect(faults(writes, reads)).to.match(/fits no place/);
  });

  it('sees a version with the content of another', () => {
    const writes = [created(0, 10), put(20, 30, { title: 'two', ifMatch: 1, version: 2 })];
    expect(faults(writes, [read(21, 29, seen(1, 'two'))])).to.match(/fits no place/);
  });

  it('sees an acknowledged write of which the log knows nothing', () => {
    const lost = put(40, 50, { title: 'lost', ifMatch: 1, version: 2 });
    expect(faults([created(0, 10)], [lost])).to.match(/fits no place/);
  });

  it('sees a write of which nobody knows', () => {
    expect(checkHistory([], [{ requestId: 'x', id, version: 1 }])).to.have.length(1);
  });

  it('sees a 404 for what was there, a 409 for what was not, and a 412 for the right version', () => {
    const writes = [created(0, 10), removed(50, 60)];
    expect(faults(writes, [read(20, 30, { kind: 'absent' })])).to.match(/fits no place/);
    expect(faults(writes, [operation(70, 80, { change: whole('create', 'x'), reading: { kind: 'taken' } })])).to.match(
      /fits no place/,
    );
    expect(
      faults(writes, [operation(20, 30, { change: whole('replace', 'x'), ifMatch: 1, reading: { kind: 'mismatch' } })]),
    ).to.match(/fits no place/);
  });
});

describe('what clients see of resources that others write (RFC 7644 §3.14)', function () {
  this.timeout(180_000);

  const places = [
    ['sqlite', 1],
    ['postgres', 2],
  ] as const;
  for (const [database, servers] of places) {
    it(`is linearizable, and no update is lost: ${database}, processes: ${servers}`, async () => {
      const { figures, violations } = await history({ database, servers, seconds: 3, seed: 3, contests: 1 });
      expect(violations, figures.join('\n')).to.deep.equal([]);
    });
  }
});
