import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../../src/config.js';
import { openDatabase } from '../../../src/store/database/open-database.js';
import { inspectSqlite } from '../../../src/store/sqlite-files/sqlite-inspection.js';
import { startCommand } from '../../../test/support/command-line.js';
import { findSystemPostgres } from '../../../test/support/system-postgres.js';
import { DrillClient } from '../drill-client.js';
import { Journal, timesLine, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Place, type Tenant } from '../place.js';
import { killCommand, startServer } from '../server.js';
import { PacedWriter, type Acknowledged } from './paced-writer.js';
import { baseBackupWay, copyWay, dumpWay, muster, sqliteWay, type Way } from './ways.js';

/** How much a restore drill does. */
export interface RestoreOptions {
  readonly database: DatabaseKind;
  /** How long is written before each backup. */
  readonly seconds: number;
  /** Writes a second. */
  readonly rate: number;
  readonly users: number;
  /** How often a backup is killed. */
  readonly kills: number;
  /** Of PostgreSQL: whether the tools that are installed on the machine are used; they are where they are there unless given. */
  readonly tools?: boolean;
}

/** Backups of a database that is written to, restored elsewhere: is every write there that was acknowledged before one began? */
export async function restoreDrill(options: RestoreOptions): Promise<Findings> {
  const journal = new Journal();
  const { place, ways } = await openWays(options);
  try {
    const tenant = await createTenant(place, { users: options.users, groups: 0 });
    const server = await startServer({ databaseUrl: tenant.url, cwd: place.folder });
    const client = new DrillClient(server.url, tenant.token, 64);
    const writer = new PacedWriter(client, journal, options.rate);
    const writing = writer.run();
    for (const way of ways) {
      await sleep(options.seconds * 1_000);
      await rehearse(way, { place, tenant, writer, journal });
    }
    if (options.database === 'sqlite') await killBackups(options.kills, { place, tenant, journal });
    writer.stop();
    await writing;
    await client.close();
    const { log } = await server.stop();
    journal.require(log === '', `the server logged ${log}`);
  } finally {
    await place.remove();
  }
  return journal.findings;
}

async function openWays({ database, tools }: RestoreOptions): Promise<{ place: Place; ways: readonly Way[] }> {
  if (database === 'sqlite') {
    const place = await openPlace('sqlite');
    return { place, ways: [sqliteWay(place)] };
  }
  const system = tools === false ? undefined : await findSystemPostgres();
  if (system === undefined && tools === true) throw new Error('no PostgreSQL is installed here with its tools');
  const place = await openPlace('postgres', system === undefined ? {} : { binaries: system.binaries });
  const { postgres } = place;
  if (postgres === undefined) throw new Error('the place has no PostgreSQL');
  const own = [copyWay(postgres)];
  const ways = system === undefined ? own : [dumpWay(place, postgres, system), baseBackupWay(postgres, system)];
  return { place, ways };
}

interface Rehearsal {
  readonly place: Place;
  readonly tenant: Tenant;
  readonly journal: Journal;
}

async function rehearse(way: Way, world: Rehearsal & { readonly writer: PacedWriter }): Promise<void> {
  const { tenant, writer, journal, place } = world;
  const head = (await muster(['audit', 'head', '--client', 'ACME'], tenant.url, place.folder)).trim().split(' ').at(-1);
  const before = [...writer.acknowledged];
  const [answered, startMs] = [writer.timesMs.length, performance.now()];
  const restore = await way.backUp(tenant.url);
  const backedUpMs = performance.now();
  journal.figure(timesLine(`answers during ${way.name}`, writer.timesMs.slice(answered)));
  const restored = await restore();
  const [backup, restoration] = [backedUpMs - startMs, performance.now() - backedUpMs].map(Math.round);
  journal.figure(`${way.name}: ${before.length} writes before it, ${backup} ms; restored in ${restoration} ms`);
  const { url } = restored;
  await muster(['audit', 'verify', '--client', 'ACME', '--head', head ?? ''], url, place.folder).catch(
    (error: unknown) => journal.violation(`${way.name}: ${String(error)}`),
  );
  await requireAll(url, before, { ...world, name: way.name });
  await requireServes(url, tenant, { ...world, name: way.name });
  await restored.remove();
}

/** Each person in the version that was acknowledged, or a later one; and no entry of the log for what is not there. */
async function requireAll(
  url: string,
  before: readonly Acknowledged[],
  { tenant, journal, name }: Rehearsal & { readonly name: string },
): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  const rows = await database.reader.all<{ id: string; version: number; logged: number | null }>(
    `select u.id, u.version, (select max(c.version) from changes c where c.client_id = ? and c.resource_id = u.id) as logged
     from users u where u.client_id = ?`,
    [tenant.clientId, tenant.clientId],
  );
  await database.close();
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  for (const { id, version } of before) {
    journal.require((versions.get(id) ?? 0) >= version, `${name}: LOST: version ${version} of ${id}`);
  }
  for (const { id, version, logged } of rows) {
    // Those who were there at first were not logged.
    journal.require(
      logged === null || logged === version,
      `${name}: TORN: ${id} has version ${version}, the log ${logged}`,
    );
  }
}

async function requireServes(
  url: string,
  tenant: Tenant,
  { place, journal, name }: Rehearsal & { readonly name: string },
): Promise<void> {
  const server = await startServer({ databaseUrl: url, cwd: place.folder });
  const client = new DrillClient(server.url, tenant.token, 1);
  const reply = await client.send({ method: 'GET', path: '/scim/v2/Users?count=1' });
  journal.require(reply.kind === 'answer' && reply.status === 200, `${name}: what was restored does not serve`);
  await client.close();
  await server.stop();
}

/** Kills backups at moments that are spread over the time that one takes: none leaves a file that is not whole. */
async function killBackups(kills: number, { place, tenant, journal }: Rehearsal): Promise<void> {
  const settings = { DATABASE_URL: tenant.url };
  const startMs = performance.now();
  await muster(['backup', join(place.folder, 'timed.sqlite')], tenant.url, place.folder);
  const lastsMs = performance.now() - startMs;
  let finished = 0;
  for (let kill = 0; kill < kills; kill++) {
    const file = join(place.folder, `killed-${kill}.sqlite`);
    const command = startCommand(['backup', file], { cwd: place.folder, settings });
    await sleep(((kill + 1) / (kills + 1)) * lastsMs);
    await killCommand(command);
    if (!existsSync(file)) continue;
    finished += 1;
    await inspectSqlite(file).catch((error: unknown) => journal.violation(`a killed backup left ${String(error)}`));
  }
  journal.figure(`backups killed: ${kills}, of which ${finished} had finished`);
}
