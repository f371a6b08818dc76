import { request } from 'undici';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startService } from '../../src/service.js';
import { measureUse } from '../../test/support/postgres-plans.js';
import { watchDatabase } from '../../test/support/recorded-database.js';
import { rowsKey } from './report.js';
import { sizeLabel, type SeededDatabase } from './seed.js';
import { workItems, type WorkItem } from './work-items.js';

// Whom the measured requests have not been about; an even number, because some work comes in pairs.
const firstSequence = 500_000;
const requestsEach = 2;
const cheap = (item: WorkItem) => !item.name.startsWith('Bulk');

/**
 * How many rows of tables and indexes PostgreSQL reads for a request of each kind, those that it passes over included: the same
 * requests, to a server in this process whose statements are run a first time by EXPLAIN ANALYZE.
 */
export async function countRows(database: SeededDatabase): Promise<ReadonlyMap<string, number>> {
  let rows = 0;
  const config = readConfig({ DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent', RATE_LIMIT_RPS: '0' });
  const service = await startService(config, createLog(config), {
    wrapDatabase: (opened) =>
      watchDatabase(opened, async (statement, connection) => {
        if (isAboutRows(statement.text)) rows += (await measureUse(connection, statement)).rows;
      }),
  });
  const counted = new Map<string, number>();
  try {
    for (const item of workItems.filter(cheap).filter(({ members = 0 }) => members <= database.users)) {
      rows = 0;
      await send(service.url, database, item);
      counted.set(rowsKey(item.name, sizeLabel(database)), Math.round(rows / requestsEach));
    }
  } finally {
    await service.close();
  }
  return counted;
}

function isAboutRows(text: string): boolean {
  return /^\s*(select|insert|update|delete|with)\b/.test(text);
}

async function send(url: string, { tenant, token }: SeededDatabase, item: WorkItem): Promise<void> {
  const requestOf = item.prepare(tenant);
  for (let number = 0; number < requestsEach; number++) {
    const { method, path, body } = requestOf(firstSequence + number);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const answer = await request(`${url}/scim/v2${path}`, { method, headers, body: body ?? null });
    const text = await answer.body.text();
    if (!item.expect.includes(answer.statusCode)) throw new Error(`${item.name}: ${answer.statusCode} ${text}`);
  }
}
