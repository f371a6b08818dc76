import { expect } from 'chai';
import { startServer, type DrillServer } from '../../scripts/drills/server.js';
import { DrillClient } from '../../scripts/drills/drill-client.js';
import { readConfig } from '../../src/config.js';
import { openDirectory } from '../../src/service.js';
import { accountsOf } from '../support/accounts.js';
import { carryOut, RetryingClient } from '../support/retrying-client.js';
import { groupBody, userBody } from '../support/scim.js';
import { sharedPostgres } from '../support/shared-postgres.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

const writers = 8;
const peopleEach = 15;
const revokedWithinMs = 1_000;

describe('three processes on one PostgreSQL', function () {
  this.timeout(120_000);
  let folder: string;
  let databaseUrl: string;
  let servers: readonly DrillServer[];
  let token: string;
  let revocable: { readonly id: string; readonly token: string };

  before(async () => {
    folder = await temporaryFolder();
    const { server, templateUrl } = await sharedPostgres();
    databaseUrl = await server.createDatabase(templateUrl);
    const directory = await openDirectory(readConfig({ DATABASE_URL: databaseUrl }));
    const accounts = accountsOf(directory.services);
    const client = await accounts.createClient('ACME');
    ({ token } = await accounts.createToken({ client }));
    revocable = await accounts.createToken({ client, access: 'admin' });
    await directory.close();
    servers = await Promise.all([0, 1, 2].map(() => startServer({ cwd: folder, databaseUrl })));
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await (await sharedPostgres()).server.dropDatabase(databaseUrl);
    await removeTemporaryFolder(folder);
  });

  it('lose nothing when one is killed under load: each request that is sent again succeeds', async () => {
    const victim = await startServer({ cwd: folder, databaseUrl });
    const [first, second] = servers;
    const client = new RetryingClient([victim.url, first?.url ?? '', second?.url ?? ''], token);
    const { headers } = await client.send({ method: 'POST', path: '/scim/v2/Groups', body: groupBody('All') });
    const groupId = headers['location']?.split('/').at(-1) ?? '';
    const progress = (people: number) => {
      if (people === (writers * peopleEach) / 3) void victim.kill();
    };
    const acknowledged = await carryOut({ client, groupId, writers, peopleEach, progress });
    expect(acknowledged).to.have.lengthOf(writers * peopleEach);
    const filter = encodeURIComponent('userName ew "@acme.example"');
    const listed = await client.read(`/scim/v2/Users?count=1000&attributes=userName&filter=${filter}`);
    const names = listed.Resources.map(({ id, userName }) => ({ id, userName }));
    expect(names).to.have.deep.members(acknowledged);
    const { members } = await client.read(`/scim/v2/Groups/${groupId}`);
    expect(members?.map(({ value }) => value)).to.have.members(acknowledged.map(({ id }) => id));
    await client.close();
  });

  it('refuse within a second what another has revoked (RFC 7644 §2)', async () => {
    const clients = servers.map(({ url }) => new DrillClient(url, revocable.token));
    const read = { method: 'GET', path: '/scim/v2/Users?count=0' } as const;
    for (const client of clients) expect(await client.send(read)).to.include({ status: 200 });
    const [first, ...others] = clients;
    expect(await first?.send({ method: 'DELETE', path: `/api/v1/tokens/${revocable.id}` })).to.include({ status: 204 });
    const revokedMs = performance.now();
    expect(await first?.send(read)).to.include({ status: 401 });
    for (const client of others) {
      for (let refused = false; !refused;) {
        const sentMs = performance.now() - revokedMs;
        const reply = await client.send(read);
        refused = reply.kind === 'answer' && reply.status === 401;
        if (!refused) expect(sentMs).to.be.below(revokedWithinMs);
      }
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it('go on with the pages that another has begun (RFC 9865 §2)', async () => {
    const clients = servers.map(({ url }) => new RetryingClient([url], token));
    const people = 9;
    const filter = encodeURIComponent('userName sw "page-"');
    for (let person = 0; person < people; person++) {
      await clients[0]?.send({ method: 'POST', path: '/scim/v2/Users', body: userBody(`page-${person}`) });
    }
    const ids: string[] = [];
    for (let cursor: unknown = '', page = 0; typeof cursor === 'string'; page++) {
      const body = await clients[page % 3]?.read(`/scim/v2/Users?count=2&cursor=${cursor}&filter=${filter}`);
      ids.push(...(body?.Resources ?? []).map(({ id }) => id));
      cursor = body?.['nextCursor'];
    }
    expect(ids).to.have.lengthOf(people);
    expect(new Set(ids).size).to.equal(people);
    await Promise.all(clients.map((client) => client.close()));
  });
});
