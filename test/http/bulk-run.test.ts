import { monitorEventLoopDelay } from 'node:perf_hooks';
import SqliteConnection from 'better-sqlite3';
import { expect } from 'chai';
import fc from 'fast-check';
import { readConfig } from '../../src/config.js';
import { serviceScope } from '../../src/directory/request-scope.js';
import { BulkRun } from '../../src/http/scim/bulk-run.js';
import { createLog } from '../../src/log.js';
import { planBulk } from '../../src/protocol/bulk-plan.js';
import { openDirectory } from '../../src/service.js';
import {
  bulkCallerOf,
  bulkRequestUrn,
  group,
  idIn,
  patch,
  post,
  remove,
  user,
  type BulkCaller,
} from '../support/bulk.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, groupBody, userBody } from '../support/scim.js';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly data?: object;
}

const names = fc.constantFrom('ann', 'BEN', 'ben', 'cho');
const places = fc.nat(3);

/** What is done to people who are there already, `<0>` to `<3>`; each operation knows its place in the request. */
const makers: fc.Arbitrary<(index: number) => Sent> = fc.oneof(
  names.map((name) => (index: number) => user(`u${index}`, name)),
  names.map(
    (name) => (index: number) => user(`n${index}`, `${name}${index}`, { [enterpriseUrn]: { employeeNumber: name } }),
  ),
  places.map((place) => () => remove(`/Users/<${place}>`)),
  fc.tuple(places, names).map(([place, name]) => () => {
    return patch(`/Users/<${place}>`, { op: 'replace', path: 'userName', value: name });
  }),
  fc.tuple(places, names).map(([place, name]) => () => {
    return { method: 'PUT', path: `/Users/<${place}>`, data: userBody(name) };
  }),
  places.map((place) => (index: number) => group(`g${index}`, `<${place}>`)),
  names.map((name) => (index: number) => post(`h${index}`, groupBody(name), '/Groups')),
);

const requests = fc
  .array(makers, { minLength: 2, maxLength: 30 })
  .map((made) => made.map((make, index) => make(index)));

/** The operations with the ids of the people in place of `<0>` to `<3>`. */
function withIds(operations: readonly Sent[], ids: readonly string[]): Sent[] {
  const text = JSON.stringify(operations).replace(/<(\d)>/g, (_, place: string) => ids[Number(place)] ?? '');
  // Substitution keeps the shape: only texts inside it change.
  return JSON.parse(text) as Sent[];
}

describe('a run of Bulk', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let clients = 0;
    before(async () => {
      muster = await database.startMuster();
    });

    const fresh = async (): Promise<BulkCaller> => {
      const client = await muster.createClient(`Run ${++clients}`);
      return bulkCallerOf(muster, (await muster.createToken({ client })).token);
    };
    const fourPeople = async (caller: BulkCaller) => {
      const { body } = await caller.bulk(['ann', 'ben', 'cho', 'dee'].map((name) => user(name)));
      return body.Operations.map(idIn);
    };

    const userNames = async (caller: BulkCaller) =>
      (await caller.read('/Users?count=100')).Resources.map((each) => String(each['userName'])).toSorted();

    it('has the results of the same requests sent one after the other (RFC 7644 §3.7)', async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(requests, async (operations) => {
          const [alone, together] = [await fresh(), await fresh()];
          const statuses: string[] = [];
          for (const { method, path, data } of withIds(operations, await fourPeople(alone))) {
            statuses.push(String((await alone(method, path, data)).status));
          }
          expect(await together.statuses(withIds(operations, await fourPeople(together)))).to.deep.equal(statuses);
          expect(await userNames(together)).to.deep.equal(await userNames(alone));
        }),
        { numRuns: 20 },
      );
    });

    it('of 1,000 operations lets other requests through meanwhile (RFC 7644 §3.7)', async function () {
      this.timeout(60_000);
      const caller = await fresh();
      await caller.statuses([user('warm')]);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const start = performance.now();
      const statuses = await caller.statuses(Array.from({ length: 1_000 }, (_, index) => user(`u${index}`)));
      const ms = performance.now() - start;
      delay.disable();
      expect(new Set(statuses)).to.deep.equal(new Set(['201']));
      console.log(`        1,000 creates: ${ms.toFixed(0)} ms, longest stall ${(delay.max / 1e6).toFixed(0)} ms`);
      expect(delay.max / 1e6).to.be.below(2_000);
    });

    it('ends early when nobody waits for it, and leaves nothing half made (RFC 7644 §3.7)', async () => {
      const config = readConfig({ DATABASE_URL: await database.url(), LOG_LEVEL: 'silent' });
      const directory = await openDirectory(config);
      const { context, services } = directory;
      try {
        const actor = { kind: 'operator', id: 'test', requestId: 'test' } as const;
        const scope = serviceScope((await services.clients.create(actor, 'Acme')).id, actor);
        const people = Array.from({ length: 500 }, (_, index) => user(`u${index}`));
        const operations = [group('g', 'bulkId:u499'), ...people];
        const plan = planBulk({ schemas: [bulkRequestUrn], Operations: operations }, { tolerant: false });
        let asked = 0;
        const isWanted = () => ++asked <= 100;
        const authorize = () => Promise.resolve(scope);
        const options = { scope, context, log: createLog(config), isWanted, authorize };
        const results = await new BulkRun(plan, options).results();
        expect(results.length).to.be.within(1, 100);
        expect(results.map(({ status }) => status)).to.deep.equal(['409', ...results.slice(1).map(() => '201')]);
        const [group0] = await context.database.reader.all<{ count: number }>(
          `/* behind the service */ select count(*) as count from groups where kind = 'group'`,
        );
        expect(Number(group0?.count)).to.equal(0);
      } finally {
        await directory.close();
      }
    });
  });

  forEachDatabase((database) => {
    if (database.kind !== 'sqlite') return;

    it('stops at an outage of the database and answers 503 to the rest (RFC 7644 §3.12)', async function () {
      this.timeout(30_000);
      const url = await database.url();
      const muster = await database.startMuster({ url });
      const client = await muster.createClient('Acme');
      const caller = bulkCallerOf(muster, (await muster.createToken({ client })).token);
      const { id } = await caller.create('/Users', userBody('there'));
      const other = new SqliteConnection(url.replace('sqlite:', ''));
      other.exec('begin immediate');
      try {
        const operations = [
          user('a'),
          group('g', 'bulkId:a'),
          remove(`/Users/${id}`),
          group('h', 'bulkId:z'),
          user('z'),
        ];
        const { body } = await caller.bulk(operations);
        expect(body.Operations.map(({ status }) => status)).to.deep.equal(['503', '503', '503', '503', '503']);
        expect(body.Operations.map(({ response }) => response?.detail).join()).not.to.match(/sql|lock|busy/i);
        const stopped = await caller.bulk(operations, { failOnErrors: 1 });
        expect(stopped.body.Operations.map(({ status }) => status)).to.deep.equal(['503']);
      } finally {
        other.close();
      }
      expect(await caller.statuses([user('a')])).to.deep.equal(['201']);
    });
  });
});
