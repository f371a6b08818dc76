import { Pool } from 'undici';
import { openDatabase } from '../../../src/store/database/open-database.js';
import { readConfig } from '../../../src/config.js';
import { readTables } from '../../../src/store/tenant/tenant-tables.js';
import { personId } from '../../../test/support/staff.js';
import { quantile } from '../load.js';
import type { SeededDatabase } from '../seed.js';
import { startServer } from '../targets.js';
import type { Scenario } from './scenario.js';

const writers = 50;
const additions = 500;
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

async function countMembers({ url, tenant: { clientId } }: SeededDatabase, groupId: string): Promise<number> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }).database);
  try {
    const tables = readTables(database, { clientId, units: undefined });
    const row = await tables.first<{ members: number | string }>(
      'select count(*) as members from memberships m where m.client_id = :client and m.group_id = ?',
      [groupId],
    );
    return Number(row?.members ?? 0);
  } finally {
    await database.close();
  }
}

/** Fifty at a time add one member each to one group, and the members are counted at the end. */
export const groupWriters: Scenario = {
  name: '50 writers to one group',
  run: async (database, patience) => {
    const server = await startServer(database);
    const pool = new Pool(server.url, { connections: writers, pipelining: 1 });
    const headers = { authorization: `Bearer ${database.token}`, 'content-type': 'application/scim+json' };
    const send = async (method: 'POST' | 'PATCH', path: string, body: object, expected: readonly number[]) => {
      const answer = await pool.request({ method, path: `/scim/v2${path}`, headers, body: JSON.stringify(body) });
      const text = await answer.body.text();
      if (!expected.includes(answer.statusCode)) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
      return text;
    };
    try {
      const group = { schemas: [groupSchema], displayName: `Writers ${performance.now()}` };
      // A group that was made has an id.
      const { id } = JSON.parse(await send('POST', '/Groups', group, [201])) as { readonly id: string };
      const most = Math.min(additions * patience * 4, database.users);
      const latencies: number[] = [];
      let next = 0;
      const write = async () => {
        for (let person = next++; person < most; person = next++) {
          const operation = { op: 'add', path: 'members', value: [{ value: personId(person) }] };
          const sentMs = performance.now();
          await send('PATCH', `/Groups/${id}`, { schemas: [patchSchema], Operations: [operation] }, [200, 204]);
          latencies.push(performance.now() - sentMs);
        }
      };
      const startMs = performance.now();
      await Promise.all(Array.from({ length: writers }, write));
      const seconds = (performance.now() - startMs) / 1_000;
      const members = await countMembers(database, id);
      latencies.sort((a, b) => a - b);
      return [
        { name: 'members a second', value: most / seconds, unit: '/s' },
        { name: 'lost', value: latencies.length - members, unit: '' },
        { name: 'p50', value: quantile(latencies, 0.5), unit: 'ms' },
        { name: 'p99', value: quantile(latencies, 0.99), unit: 'ms' },
      ];
    } finally {
      await pool.close();
      await server.stop();
    }
  },
};
