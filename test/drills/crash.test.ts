import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { writeTables, type TenantTables } from '../../src/store/tenant/tenant-tables.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { Attempts } from '../../scripts/drills/crash/attempts.js';
import { crash } from '../../scripts/drills/crash/crash.js';
import { moments } from '../../scripts/drills/crash/moments.js';
import { Verifier } from '../../scripts/drills/crash/verify.js';
import { WriteMaker } from '../../scripts/drills/crash/write-maker.js';
import { sendBulk, sendWrite, type WriterWorld } from '../../scripts/drills/crash/writers.js';
import { DrillClient } from '../../scripts/drills/drill-client.js';
import { Journal } from '../../scripts/drills/findings.js';
import { createTenant, openPlace, type Place, type Tenant } from '../../scripts/drills/place.js';
import { startServer, type DrillServer } from '../../scripts/drills/server.js';

const databases = ['sqlite', 'postgres'] as const;

describe('kill -9 in the midst of writes', function () {
  this.timeout(300_000);

  for (const database of databases) {
    it(`loses nothing that was acknowledged and leaves nothing half done: ${database}`, async () => {
      const options = { database, kills: moments.length, users: 60, seed: 11, progress: () => undefined };
      const { figures, violations } = await crash(options);
      expect(violations, figures.join('\n')).to.deep.equal([]);
      expect(figures.join('\n')).to.match(/writes: [1-9]\d* acknowledged/);
    });
  }
});

describe('the crash drill', function () {
  this.timeout(120_000);
  let place: Place;
  let tenant: Tenant;
  let server: DrillServer;
  let world: WriterWorld;

  beforeEach(async () => {
    place = await openPlace('sqlite');
    tenant = await createTenant(place, { users: 30, groups: 2 });
    server = await startServer({ databaseUrl: tenant.url, cwd: place.folder });
    const client = new DrillClient(server.url, tenant.token);
    world = { client, maker: new WriteMaker(5, tenant), attempts: new Attempts(), journal: new Journal() };
    for (let made = 0; made < 60; made++) await sendWrite(world, world.maker.next());
    await sendBulk(world, 40);
  });
  afterEach(async () => {
    await world.client.close();
    await server.stop();
    await place.remove();
  });

  async function found(): Promise<readonly string[]> {
    await new Verifier(tenant, world.attempts).verify(world.journal);
    return world.journal.findings.violations;
  }

  async function meddle(work: (tables: TenantTables) => Promise<unknown>): Promise<void> {
    const database = await openDatabase(readConfig({ DATABASE_URL: tenant.url }).database);
    await writeTables(database, { clientId: tenant.clientId, units: undefined }, work);
    await database.close();
  }

  it('finds nothing where nothing is wrong', async () => {
    expect(await found()).to.deep.equal([]);
    expect(world.journal.countOf('acknowledged')).to.be.greaterThan(50);
  });

  const meddlings: readonly (readonly [string, string, RegExp])[] = [
    [
      'an acknowledged write that is gone with its entry',
      `delete from changes where client_id = :client and position = (select max(c.position) from changes c where c.client_id = :client and c.resource_type = 'User' and c.action = 'update')`,
      /^LOST: P/,
    ],
    [
      'a row that is older than its last entry',
      `update users set version = version - 1 where client_id = :client and id = (select c.resource_id from changes c where c.client_id = :client and c.resource_type = 'User' and c.action = 'update' limit 1)`,
      /^TORN: User .* the row has version/,
    ],
    [
      'a value that the log does not tell of',
      `update users set document = replace(document, '"title":"m5-', '"title":"x5-') where client_id = :client`,
      /^TORN: User .* the document is/,
    ],
    [
      'an entry that was written anew',
      `update changes set actor_id = 'somebody else' where client_id = :client and position = 7`,
      /^CHAIN: /,
    ],
    ['members that are gone', `delete from memberships where client_id = :client`, /^TORN: Group .* 0 members/],
    [
      'index entries that are gone',
      `delete from value_index where client_id = :client and resource_type = 'User'`,
      /^TORN: User .* the value index/,
    ],
  ];
  for (const [what, statement, violation] of meddlings) {
    it(`finds ${what}`, async () => {
      await meddle((tables) => tables.run(statement));
      expect((await found()).filter((each) => violation.test(each))).not.to.deep.equal([]);
    });
  }
});
