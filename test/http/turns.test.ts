import { expect } from 'chai';
import pg from 'pg';
import { Turns, type Turn } from '../../src/http/turns.js';
import { forEachDatabase } from '../support/databases.js';
import { holdUser } from '../support/hold-user.js';
import type { Muster, Response } from '../support/muster.js';
import { callerOf, errorUrn, patchBody, userBody, type ScimBody } from '../support/scim.js';

const rules = {
  atOnce: 4,
  atOnceOfOne: 3,
  atOnceBesideOthers: 3,
  // Longer than any test takes.
  busyMs: 600_000,
  waiting: 4,
  waitingOfOne: 3,
};

/** Takes turns and writes down who works; `leave` ends the oldest work of a client. */
function working(turns: Turns) {
  const began: string[] = [];
  const refused: unknown[] = [];
  const atWork: Turn[] = [];
  const begin = (turn: Turn, name: string) => {
    began.push(name);
    atWork.push(turn);
  };
  return {
    began,
    refused,
    take: (client: string, name = client) => {
      const turn = turns.take(client);
      if (!(turn instanceof Promise)) begin(turn, name);
      else void turn.then((taken) => begin(taken, name)).catch((error: unknown) => refused.push(error));
    },
    leave: (client: string) => {
      const place = atWork.findIndex((turn) => turn.client === client);
      const [turn] = atWork.splice(place, 1);
      if (turn !== undefined) turns.leave(turn);
    },
    settled: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe('turns', () => {
  it('are taken at once while there is room, and then in the order in which they were asked for', async () => {
    const turns = new Turns(rules);
    const { began, take, leave, settled } = working(turns);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) take('a', name);
    expect(began).to.deep.equal(['a1', 'a2', 'a3']);
    leave('a');
    leave('a');
    await settled();
    expect(began).to.deep.equal(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect([turns.atWork, turns.waiting]).to.deep.equal([3, 0]);
  });

  it('are given back once', () => {
    const turns = new Turns(rules);
    const turn = turns.take('a');
    if (turn instanceof Promise) throw new Error('there was room');
    turns.leave(turn);
    turns.leave(turn);
    expect(turns.atWork).to.equal(0);
  });

  it('are kept free for others than the one who asks for all', async () => {
    const { began, take, settled } = working(new Turns(rules));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) take('a', name);
    take('b');
    await settled();
    expect(began).to.deep.equal(['a1', 'a2', 'a3', 'b']);
  });

  it('are fewer for one client while there are others', async () => {
    const many = { ...rules, atOnce: 8, atOnceOfOne: 6, atOnceBesideOthers: 1, waitingOfOne: 8, waiting: 8 };
    const { began, take, leave, settled } = working(new Turns(many));
    take('b');
    for (const name of ['a1', 'a2', 'a3']) take('a', name);
    await settled();
    expect(began).to.deep.equal(['b', 'a1']);
    leave('a');
    await settled();
    expect(began).to.deep.equal(['b', 'a1', 'a2']);
    const alone = working(new Turns(many));
    for (const name of ['a1', 'a2', 'a3']) alone.take('a', name);
    expect(alone.began).to.deep.equal(['a1', 'a2', 'a3']);
  });

  it('do not count against a client when what has them waits for something else', async () => {
    // Whatever has begun has been at work for long enough.
    const turns = new Turns({ ...rules, atOnce: 8, atOnceOfOne: 3, atOnceBesideOthers: 1, busyMs: 0 });
    const { began, take, settled } = working(turns);
    take('b');
    for (const name of ['a1', 'a2', 'a3', 'a4']) take('a', name);
    await settled();
    expect(began).to.deep.equal(['b', 'a1', 'a2', 'a3']);
  });

  it('go to one client after the other where several wait', async () => {
    const { began, take, leave, settled } = working(new Turns({ ...rules, atOnce: 1, atOnceOfOne: 1 }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) take(name.charAt(0), name);
    for (let next = began.at(-1); began.length < 5; next = began.at(-1)) {
      leave(next?.charAt(0) ?? '');
      await settled();
    }
    expect(began).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('are refused with 503 when as many wait as may, of one client or of all', async () => {
    const { refused, take, settled } = working(new Turns({ ...rules, atOnce: 0 }));
    for (let asked = 0; asked < 4; asked++) take('a');
    await settled();
    expect(refused).to.have.length(1);
    take('b');
    take('c');
    await settled();
    expect(refused).to.have.length(2);
    expect(refused[1]).to.include({ status: 503 }).and.to.have.nested.property('headers.Retry-After');
  });
});

/** Resolves when so many requests wait for their turn. */
async function waitingTurns(muster: Muster, count: number): Promise<void> {
  const { text } = await muster.request('GET', `${muster.url}/metrics`);
  if (text.includes(`muster_http_requests{state="waiting"} ${count}\n`)) return;
  await waitingTurns(muster, count);
}

/** Resolves when so many sessions of a PostgreSQL database wait for a lock. */
async function waitingForLock(url: string, count: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const waiting = `select count(*)::integer as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  for (let seen = 0; seen < count;) {
    const { rows } = await client.query<{ count: number }>(waiting);
    seen = rows[0]?.count ?? 0;
  }
  await client.end();
}

describe('requests in one process', function () {
  this.timeout(30_000);
  forEachDatabase((database) => {
    it('are bounded: what is too much is 503 with Retry-After, and another client is answered meanwhile', async () => {
      const url = await database.url();
      const turnRules = { atOnce: 2, atOnceOfOne: 1, waiting: 2, waitingOfOne: 1 };
      const muster = await database.startMuster({ url, turnRules });
      const tokenOf = async (name: string) => muster.createToken({ client: await muster.createClient(name) });
      const [noisy, quiet] = [
        callerOf(muster, (await tokenOf('noisy')).token),
        callerOf(muster, (await tokenOf('quiet')).token),
      ];
      const { id } = await noisy.create('/Users', userBody('ada'));
      const release = await holdUser(url, id);
      const patch = patchBody({ op: 'add', path: 'title', value: 'held' });
      const sent = Array.from({ length: 6 }, () => noisy('PATCH', `/Users/${id}`, patch));
      // One is at work and one waits, until the user is let go.
      const refused: Response<ScimBody>[] = [];
      await new Promise<void>((resolve) => {
        const note = (answer: Response<ScimBody>) => refused.push(answer) === 4 && resolve();
        for (const each of sent) void each.then(note);
      });
      for (const { status, headers, body } of refused) {
        expect(status).to.equal(503);
        expect(headers['retry-after']).to.match(/^[1-9]\d*$/);
        expect(body).to.deep.include({ schemas: [errorUrn], status: '503' });
      }
      expect((await quiet.read('/Users')).totalResults).to.equal(0);
      await release();
      const statuses = (await Promise.all(sent)).map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).to.deep.equal([200, 200, 503, 503, 503, 503]);
    });

    it('are refused with 401 when their token is revoked while they wait, with a body or without (RFC 6750 §3.1)', async () => {
      const url = await database.url();
      const muster = await database.startMuster({ url, turnRules: { atOnce: 1, atOnceOfOne: 1 } });
      const client = await muster.createClient('acme');
      const call = callerOf(muster, (await muster.createToken({ client })).token);
      const late = await muster.createToken({ client });
      const { id } = await call.create('/Users', userBody('ada'));
      const collaboration = `${muster.apiUrl}/collaborations/${(await call.create(`${muster.apiUrl}/collaborations`, { name: 'c' })).id}`;
      const release = await holdUser(url, id);
      const title = (value: string) => patchBody({ op: 'add', path: 'title', value });
      // One is at work, and those behind it wait.
      const held = ['first', 'second'].map((value) => call('PATCH', `/Users/${id}`, title(value)));
      await waitingTurns(muster, 1);
      const asked: readonly (readonly [method: string, path: string, body?: object])[] = [
        ['PATCH', `/Users/${id}`, title('late')],
        ['GET', `/Users/${id}`],
        ['DELETE', `/Users/${id}`],
        ['GET', `${muster.apiUrl}/users`],
        ['DELETE', collaboration],
      ];
      const sent = asked.map((each) => callerOf(muster, late.token)(...each));
      await waitingTurns(muster, 1 + sent.length);
      const revoked = muster.revokeToken(client, late.id);
      // An embedded database is held as a whole: there it is revoked together with what is at work.
      if (database.kind === 'postgres') await revoked;
      await release();
      expect((await Promise.all(sent)).map(({ status }) => status)).to.deep.equal([401, 401, 401, 401, 401]);
      expect((await Promise.all(held)).map(({ status }) => status)).to.deep.equal([200, 200]);
      await revoked;
      expect((await call.read(`/Users/${id}`))['title']).to.be.oneOf(['first', 'second']);
      expect((await call('GET', collaboration)).status).to.equal(200);
    });

    // An embedded database is held as a whole: there the revocation would wait behind them.
    if (database.kind === 'postgres')
      it('write nothing when their token is revoked while they wait for what somebody else writes (RFC 6750 §3.1)', async () => {
        const url = await database.url();
        const muster = await database.startMuster({ url });
        const client = await muster.createClient('acme');
        const call = callerOf(muster, (await muster.createToken({ client })).token);
        const late = await muster.createToken({ client });
        const { id } = await call.create('/Users', userBody('ada'));
        const release = await holdUser(url, id);
        const writes: readonly (readonly [method: string, path: string, body?: object])[] = [
          ['PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: 'late' })],
          ['PUT', `/Users/${id}`, userBody('late')],
          ['DELETE', `/Users/${id}`],
        ];
        const sent = writes.map((each) => callerOf(muster, late.token)(...each));
        await waitingForLock(url, sent.length);
        await muster.revokeToken(client, late.id);
        await release();
        expect((await Promise.all(sent)).map(({ status }) => status)).to.deep.equal([401, 401, 401]);
        expect(await call.read(`/Users/${id}`))
          .to.include({ userName: 'ada' })
          .and.not.have.property('title');
      });

    it('give their turn back when they end, however they end', async () => {
      const muster = await database.startMuster({ turnRules: { atOnce: 1, atOnceOfOne: 1, waiting: 0 } });
      const call = callerOf(muster, (await muster.createToken({ client: await muster.createClient('acme') })).token);
      for (const [method, path, body, status] of [
        ['GET', '/Users', undefined, 200],
        ['GET', '/Users/nobody', undefined, 404],
        ['POST', '/Users', '{', 400],
        ['POST', '/Users', {}, 400],
        ['HEAD', '/Users', undefined, 200],
        ['GET', '/Nothing', undefined, 404],
        ['GET', `${muster.apiUrl}/users`, undefined, 200],
        ['PATCH', `${muster.apiUrl}/users`, {}, 405],
        ['GET', '/Users', undefined, 200],
      ] as const) {
        expect((await call(method, path, body)).status, `${method} ${path}`).to.equal(status);
      }
    });
  });
});
