import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { personDocument, personId, staffGroupId, staffGroupName } from '../../test/support/staff.js';
import { startMeasured } from './measured-process.js';
import type { Target } from './target.js';
import { groupSizes, membersSeeded, workItems } from './work-items.js';

const users = 1_000;

/** What scimmy is not made for, or what would take minutes. */
const leftOut = /cursor|deep by index|Bulk|externalId|replace all/;

/** scimmy and scimmy-routers with 1,000 people in memory, for whoever wonders why Muster does these things itself. */
export async function startPeer(folder: string): Promise<Target> {
  const groups = groupSizes(users);
  const people = Array.from({ length: users }, (_, index) => ({ id: personId(index), ...personDocument(index) }));
  const kept = groups.map((members, place) => ({
    id: staffGroupId(place),
    displayName: staffGroupName(place),
    members: people.slice(0, membersSeeded(members, users)).map(({ id }) => ({ value: id })),
  }));
  const seed = join(folder, 'scimmy.json');
  await writeFile(seed, JSON.stringify({ users: people, groups: kept }));
  const process = await startMeasured({
    command: ['scripts/bench/peer-scimmy.mjs'],
    environment: { SEED: seed },
    readyPath: '/readyz',
  });
  const tenant = { clientId: '', users, groups, cursorSecret: Buffer.alloc(0) };
  const fitting = workItems.filter(({ name, members = 0 }) => members <= users && !leftOut.test(name));
  const work = fitting.map(({ prepare, ...item }) => ({
    ...item,
    expect: [200, 201, 204],
    concurrency: [1],
    alsoAt: undefined,
    request: prepare(tenant),
  }));
  const headers = { authorization: 'Bearer somebody' };
  return { name: 'scimmy, in memory', size: { clients: 1, users }, process, basePath: '/scim/v2', headers, work };
}
