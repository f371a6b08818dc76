import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendChange } from '../../src/store/trail/change-log.js';
import { insertClient } from '../../src/store/tenant/client-store.js';
import { migrate } from '../../src/store/database/migrate.js';
import { openDatabase } from '../../src/store/database/open-database.js';
import { writePlatform } from '../../src/store/tenant/platform-tables.js';
import { verifyChain } from '../../src/store/trail/verify-chain.js';
import { writeTables } from '../../src/store/tenant/tenant-tables.js';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { readConfig } from '../../src/config.js';
import { startPostgres } from '../../test/support/postgres.js';

// How many durable transactions a second can append to the log of one client, when they do nothing else:
//   npx tsx scripts/bench/chain.ts [concurrency] [seconds]
const [concurrency = 16, seconds = 5] = process.argv.slice(2).map(Number);

async function measure(name: string, url: string): Promise<void> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  await migrate(database);
  const clientId = newIdentifier();
  const at = '2027-01-01T00:00:00.000Z';
  await writePlatform(database, (platform) =>
    insertClient(platform, { id: clientId, name: 'ACME', active: true, createdAt: at }),
  );
  const actor = { kind: 'service', id: 'bench', requestId: 'bench' } as const;
  const detail = { userName: { after: 'ada@example.com' }, displayName: { after: 'Ada Lovelace' } };
  const end = performance.now() + seconds * 1_000;
  let entries = 0;
  const write = async () => {
    for (; performance.now() < end; entries++) {
      await writeTables(database, { clientId, units: undefined }, (tables) =>
        appendChange(tables, actor, { action: 'create', resourceType: 'User', resourceId: newIdentifier(), detail }),
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, write));
  const startedMs = performance.now();
  const { fault } = await verifyChain(database, clientId);
  const verified = Math.round((entries / (performance.now() - startedMs)) * 1_000);
  console.log(
    `${name}: ${Math.round(entries / seconds)}/s appended, ${verified}/s verified, ${fault?.detail ?? 'valid'}`,
  );
  await database.close();
}

const folder = await mkdtemp(join(tmpdir(), 'muster-chain-'));
await measure('SQLite', `sqlite:${join(folder, 'muster.sqlite')}`);
await rm(folder, { recursive: true });
const postgres = await startPostgres();
await measure('PostgreSQL', await postgres.createDatabase());
await postgres.remove();
