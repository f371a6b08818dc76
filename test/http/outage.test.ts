import { expect } from 'chai';
import SqliteConnection from 'better-sqlite3';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mintSecret } from '../../src/directory/tokens/secrets.js';
import { migrate } from '../../src/store/database/migrate.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { startMuster, type Muster, type Response } from '../support/muster.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { callerOf, errorUrn, groupBody, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

function requireUnavailable(answer: Response<ScimBody>, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).to.equal(503);
  expect(answer.headers['retry-after'], what).to.match(/^[1-9]\d*$/);
  expect(answer.headers['content-type'], what).to.equal('application/scim+json');
  expect(answer.body, what).to.deep.include({ schemas: [errorUrn], status: '503' });
  expect(answer.text, what).not.to.match(/127\.0\.0\.1|ECONN|postgres|sqlite|SQL|password/i);
}

async function timed<Result>(work: Promise<Result>): Promise<readonly [Result, number]> {
  const startMs = performance.now();
  const result = await work;
  return [result, performance.now() - startMs];
}

/** Asks until the answer is another than 503; it must be there within the time. */
async function recovers(call: Caller, withinMs: number): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const answer = await call('GET', '/Users?count=0');
    if (answer.status === 200) return;
    expect(answer.status, answer.text).to.equal(503);
    expect(performance.now() - startMs).to.be.below(withinMs);
  }
}

type Write = readonly [string, string, unknown?];

function writesTo(user: string, group: string): readonly Write[] {
  return [
    ['POST', '/Users', userBody('new')],
    ['PUT', `/Users/${user}`, userBody('ada', { title: 'Countess' })],
    ['PATCH', `/Users/${user}`, patchBody({ op: 'add', path: 'title', value: 'Countess' })],
    ['DELETE', `/Users/${user}`],
    ['POST', '/Groups', groupBody('New')],
    ['PUT', `/Groups/${group}`, groupBody('Renamed')],
    ['PATCH', `/Groups/${group}`, patchBody({ op: 'add', path: 'members', value: [{ value: user }] })],
    ['DELETE', `/Groups/${group}`],
  ];
}

function readsOf(user: string, group: string): readonly Write[] {
  return [
    ['GET', '/Users'],
    ['GET', `/Users/${user}`],
    ['GET', '/Users?filter=userName%20eq%20%22ada%22'],
    ['GET', '/Groups'],
    ['GET', `/Groups/${group}`],
  ];
}

describe('while PostgreSQL is away', function () {
  this.timeout(60_000);
  let server: PostgresServer;
  let muster: Muster;
  let call: Caller;
  let user: ScimBody;
  let group: ScimBody;

  before(async () => {
    server = await startPostgres();
    const url = await server.createDatabase();
    const database = await openDatabase({ kind: 'postgres', url });
    await migrate(database);
    await database.close();
    muster = await startMuster(url, { settings: { AUTH_FAILURES_PER_MINUTE: '10' } });
    call = callerOf(muster, (await muster.createToken({ client: await muster.createClient('acme') })).token);
    user = await call.create('/Users', userBody('ada'));
    group = await call.create('/Groups', groupBody('Staff'));
  });
  beforeEach(async () => {
    await server.restart();
    await recovers(call, 10_000);
  });
  after(async () => {
    await muster.stop();
    await server.remove();
  });

  for (const how of ['stop', 'kill'] as const) {
    it(`every call of SCIM is 503 with Retry-After, health says so, and all is well soon after it is back: ${how}`, async () => {
      await server[how]();
      for (const [method, path, body] of [...readsOf(user.id, group.id), ...writesTo(user.id, group.id)]) {
        const [answer, ms] = await timed(call(method, path, body));
        requireUnavailable(answer, `${method} ${path}`);
        expect(ms, `${method} ${path}`).to.be.below(15_000);
      }
      expect((await call('GET', `${muster.url}/livez`)).status).to.equal(200);
      const ready = await call('GET', `${muster.url}/readyz`);
      expect([ready.status, ready.headers['retry-after'] === undefined]).to.deep.equal([503, false]);
      await server.restart();
      await recovers(call, 15_000);
      expect((await call('GET', `${muster.url}/readyz`)).status).to.equal(200);
      expect((await call.read('/Users?filter=userName%20eq%20%22new%22')).totalResults).to.equal(0);
      expect(
        (await call('PATCH', `/Users/${user.id}`, patchBody({ op: 'add', path: 'title', value: how }))).status,
      ).to.equal(200);
    });
  }

  it('a token that nobody has asked about yet is 503, not 401: nobody knows whether it is good', async () => {
    const { token } = await muster.createToken({ client: await muster.createClient('later') });
    await server.stop();
    requireUnavailable(await callerOf(muster, token)('GET', '/Users'), 'a new token');
  });

  it('is no failed authentication: it takes nothing from what an address may get wrong', async () => {
    // Well formed, so that it takes the database to say that it is unknown.
    const { text: unknown } = mintSecret();
    await server.stop();
    for (let sent = 0; sent < 15; sent++)
      requireUnavailable(await callerOf(muster, unknown)('GET', '/Users'), 'a guess');
    await server.restart();
    await recovers(call, 10_000);
    expect((await callerOf(muster, unknown)('GET', '/Users')).status).to.equal(401);
  });

  it('many calls at once are all answered 503 soon, and the process stays well', async () => {
    await server.stop();
    const calls = Array.from({ length: 60 }, () => timed(call('GET', `/Users/${user.id}`)));
    for (const [answer, ms] of await Promise.all(calls)) {
      requireUnavailable(answer, 'one of many');
      expect(ms).to.be.below(15_000);
    }
  });

  // How far a commit has got when the database goes is another matter each time.
  for (const round of [1, 2, 3, 4, 5]) {
    it(`requests that run when it goes are answered, each wholly done or not at all: round ${round}`, async () => {
      const names = Array.from({ length: 60 }, (_, index) => `during-${round}-${index}`);
      const running = names.map((name) => call('POST', '/Users', userBody(name)));
      await running[5];
      await server.kill();
      const answers = await Promise.all(running);
      for (const { status } of answers) expect(status).to.be.oneOf([201, 503]);
      await server.restart();
      await recovers(call, 15_000);
      for (const [index, answer] of answers.entries()) {
        const found = await call.read(`/Users?filter=userName%20eq%20%22${names[index]}%22`);
        if (answer.status === 201) expect(found.totalResults, names[index]).to.equal(1);
        expect(found.totalResults).to.be.at.most(1);
      }
    });
  }
});

describe('while another process holds the SQLite file', function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  let muster: Muster;
  let call: Caller;
  let user: ScimBody;
  let group: ScimBody;

  before(async () => {
    folder = await temporaryFolder();
    path = `${folder}/muster.sqlite`;
    muster = await startMuster(`sqlite:${path}`);
    call = callerOf(muster, (await muster.createToken({ client: await muster.createClient('acme') })).token);
    user = await call.create('/Users', userBody('ada'));
    group = await call.create('/Groups', groupBody('Staff'));
  });
  after(async () => {
    await muster.stop();
    await removeTemporaryFolder(folder);
  });

  function hold(): () => void {
    const other = new SqliteConnection(path);
    other.exec('BEGIN EXCLUSIVE');
    return () => {
      other.exec('COMMIT');
      other.close();
    };
  }

  it('writes are 503 with Retry-After after the deadline, reads go on, the event loop does not stall, and it recovers', async () => {
    const release = hold();
    try {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const writes = writesTo(user.id, group.id).map(async ([method, target, body]) => {
        const [answer, ms] = await timed(call(method, target, body));
        requireUnavailable(answer, `${method} ${target}`);
        expect(ms, `${method} ${target}`).to.be.below(20_000);
      });
      for (const [method, target] of readsOf(user.id, group.id)) {
        const [answer, ms] = await timed(call(method, target));
        expect(answer.status, target).to.equal(200);
        expect(ms, target).to.be.below(4_000);
      }
      expect((await call('GET', `${muster.url}/readyz`)).status).to.equal(200);
      await Promise.all(writes);
      delay.disable();
      expect(delay.max / 1e6, 'the longest stall in milliseconds').to.be.below(3_000);
    } finally {
      release();
    }
    const answer = await call('PATCH', `/Users/${user.id}`, patchBody({ op: 'add', path: 'title', value: 'back' }));
    expect([answer.status, answer.body['title']]).to.deep.equal([200, 'back']);
    expect((await call.read('/Users')).totalResults).to.equal(1);
  });

  it('a write that waits is done when the file is free again before the deadline', async () => {
    const release = hold();
    const writing = call('PATCH', `/Users/${user.id}`, patchBody({ op: 'add', path: 'nickName', value: 'waited' }));
    await call('GET', '/Users');
    release();
    expect((await writing).status).to.equal(200);
  });
});
