import { readConfig } from '../../../src/config.js';
import { readChanges, type LoggedChange } from '../../../src/store/trail/audit-store.js';
import type { ChainHead } from '../../../src/store/trail/change-chain.js';
import type { Database } from '../../../src/store/database/connection.js';
import { openDatabase } from '../../../src/store/database/open-database.js';
import { readTables, type TenantTables } from '../../../src/store/tenant/tenant-tables.js';
import { verifyChain } from '../../../src/store/trail/verify-chain.js';
import { personDocument, personId, staffGroupId, staffGroupName } from '../../../test/support/staff.js';
import type { Journal } from '../findings.js';
import type { Tenant } from '../place.js';
import { versionOf, type DrillClient } from '../drill-client.js';
import { markerOf, type Attempts } from './attempts.js';
import { Ledger, type LedgerResource } from './ledger.js';
import { standingFaults } from './standings.js';
import { compareRows } from './rows.js';

const everything = { targetId: undefined, actorId: undefined, action: undefined, from: undefined, to: undefined };
const changesAtOnce = 5_000;
const readOverHttp = 15;

/** Looks into the database behind the service's back, and holds against each other what was answered, the log, and the rows. */
export class Verifier {
  readonly #tenant: Tenant;
  readonly #attempts: Attempts;
  readonly #ledger: Ledger;
  #position: number | undefined;
  #head: ChainHead | undefined;
  #touched: readonly LedgerResource[] = [];

  constructor(tenant: Tenant, attempts: Attempts) {
    this.#tenant = tenant;
    this.#attempts = attempts;
    this.#ledger = seededLedger(tenant);
  }

  /** To be called when nothing is in flight: what has come about since the last call. */
  async verify(journal: Journal): Promise<void> {
    await look(this.#tenant, async (tables, database) => {
      await this.#readLog(tables, journal);
      for (const lost of this.#attempts.takeLost()) journal.violation(lost);
      this.#touched = this.#ledger.takeTouched();
      journal.count('rows compared', this.#touched.length);
      for (const fault of await compareRows(tables, this.#touched)) journal.violation(fault);
      for (const fault of await standingFaults(tables)) journal.violation(fault);
      await this.#verifyChain(database, journal);
    });
  }

  /** The head is kept here from one time to the next, as somebody would who does not trust the database. */
  async #verifyChain(database: Database, journal: Journal): Promise<void> {
    const { head, fault } = await verifyChain(database, this.#tenant.clientId, this.#head);
    journal.count('verifications of the chain');
    if (fault !== undefined) journal.violation(`CHAIN: ${fault.detail}`);
    this.#head = head;
  }

  /** Reads some of what was verified last as a client does. */
  async readThrough(client: DrillClient, journal: Journal): Promise<void> {
    for (const { type, id, version, document, isDeleted } of this.#touched.slice(-readOverHttp)) {
      const reply = await client.send({ method: 'GET', path: `/scim/v2/${type}s/${id}` });
      journal.count('read over HTTP');
      const found = reply.kind === 'answer' ? [reply.status, versionOf(reply.headers['etag'])] : [0, undefined];
      const wanted = isDeleted ? [404, undefined] : [200, version];
      const marker = markerOf(type);
      const isSame = isDeleted || (reply.kind === 'answer' && reply.body?.[marker] === document[marker]);
      journal.require(
        isSame && found.join() === wanted.join(),
        `GET of ${type} ${id}: ${found.join()} for ${wanted.join()}`,
      );
    }
  }

  /** At the end: every row that the log ever told of, from the first entry on. */
  async verifyAll(journal: Journal): Promise<void> {
    await look(this.#tenant, async (tables) => {
      const ledger = seededLedger(this.#tenant);
      await eachChange(tables, undefined, (change) => {
        for (const fault of ledger.apply(change)) journal.violation(fault);
        journal.count('entries read again');
      });
      for (const fault of await compareRows(tables, ledger.all())) journal.violation(fault);
      journal.count('resources compared at the end', ledger.all().length);
    });
  }

  async #readLog(tables: TenantTables, journal: Journal): Promise<void> {
    this.#position = await eachChange(tables, this.#position, (change) => {
      for (const fault of this.#ledger.apply(change)) journal.violation(fault);
      const isOfDrill = change.actor.kind === 'token' && ['User', 'Group'].includes(change.resourceType);
      if (!isOfDrill) return;
      journal.count('entries');
      for (const fault of this.#attempts.match(change)) journal.violation(fault);
    });
  }
}

/** Opens the database behind the service's back. */
async function look(
  { url, clientId }: Tenant,
  work: (tables: TenantTables, database: Database) => Promise<void>,
): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    if (database.dialect.columnTypes.database === 'postgres') await untilQuiet(database);
    await work(readTables(database, { clientId, units: undefined }), database);
  } finally {
    await database.close();
  }
}

/** Hands over every entry of a client's change log, in order. */
export async function everyChange(tenant: Tenant, take: (change: LoggedChange) => void): Promise<void> {
  await look(tenant, async (tables) => {
    await eachChange(tables, undefined, take);
  });
}

function seededLedger({ users, groups }: Tenant): Ledger {
  const people = new Map(Array.from({ length: users }, (_, index) => [personId(index), index]));
  const names = new Map(Array.from({ length: groups }, (_, index) => [staffGroupId(index), staffGroupName(index)]));
  return new Ledger((type, id) => {
    if (type === 'Group') return names.has(id) ? { displayName: names.get(id) } : undefined;
    const index = people.get(id);
    return index === undefined ? undefined : personDocument(index);
  });
}

/** Hands over the entries behind a position in their order; gives the last position. */
async function eachChange(
  tables: TenantTables,
  after: number | undefined,
  take: (change: LoggedChange) => void,
): Promise<number | undefined> {
  let last = after;
  for (;;) {
    const changes = await readChanges(tables, everything, { after: last, count: changesAtOnce, newestFirst: false });
    for (const change of changes) take(change);
    last = changes.at(-1)?.position ?? last;
    if (changes.length < changesAtOnce) return last;
  }
}

/** A process of the database goes on for a moment with what a server that was killed had asked for. */
async function untilQuiet({ reader }: Database): Promise<void> {
  const busy = `select count(*) as busy from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
  for (;;) {
    const [row] = await reader.all<{ busy: string }>(busy);
    if (Number(row?.busy) === 0) return;
  }
}
