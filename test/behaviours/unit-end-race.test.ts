import SqliteConnection from 'better-sqlite3';
import { expect } from 'chai';
import pg from 'pg';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import { groupBody, musterGroupUrn, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { makeTenant, mint, type TestTenant } from '../support/tenants.js';

const end = '/* behind the service */ update units set ended_at = $1 where id = $2';

/** The end of a unit by another process, which has not been committed yet. */
interface PendingEnd {
  /** Resolves when somebody waits for it, where that can be seen. */
  awaited(): Promise<void>;
  commit(): Promise<void>;
}

async function beginEnd(url: string, unit: string): Promise<PendingEnd> {
  const at = new Date(0).toISOString();
  if (url.startsWith('sqlite:')) {
    const other = new SqliteConnection(url.slice('sqlite:'.length));
    other.exec('BEGIN IMMEDIATE');
    other.prepare(end.replaceAll(/\$\d/g, '?')).run(at, unit);
    return {
      awaited: () => Promise.resolve(),
      commit: async () => {
        other.exec('COMMIT');
        other.close();
      },
    };
  }
  const [other, observer] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([other.connect(), observer.connect()]);
  await other.query('BEGIN');
  await other.query(end, [at, unit]);
  return {
    awaited: async () => {
      const waiting = `/* behind the service */ select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while ((await observer.query(waiting)).rowCount === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    commit: async () => {
      await other.query('COMMIT');
      await Promise.all([other.end(), observer.end()]);
    },
  };
}

describe('a write that meets the end of a unit', function () {
  this.timeout(30_000);
  forEachDatabase((database) => {
    let url: string;
    let muster: Muster;
    let tenant: TestTenant;
    beforeEach(async () => {
      url = await database.url();
      muster = await database.startMuster({ url });
      tenant = await makeTenant(muster);
    });

    /** Sends a request while the unit Support is being ended by another process, and gives what it is answered afterwards. */
    async function meeting<Body>(send: () => Promise<Response<Body>>): Promise<Response<Body>> {
      const ending = await beginEnd(url, tenant.support);
      const sent = send();
      await Promise.race([ending.awaited(), sent]);
      await ending.commit();
      return sent;
    }

    const people = async () => (await tenant.admin.scim.read('/Users?count=0')).totalResults;

    it('C5 makes nothing in it with a token that was for it alone: 401, as any request after it', async () => {
      expect((await tenant.supportToken.scim('GET', '/Users')).status).to.equal(200);
      const answer = await meeting(() => tenant.supportToken.scim('POST', '/Users', userBody('late')));
      expect(answer.status, answer.text).to.equal(401);
      expect(answer.headers['www-authenticate']).to.contain('invalid_token');
      expect(answer.body.detail).to.contain('units of this token have ended');
      expect(await people()).to.equal(0);
    });

    it('C5 makes nothing in it that names it, with a token for the whole client: 400', async () => {
      const body = userBody('late', { [musterUserUrn]: { units: ['Support'] } });
      const answer = await meeting(() => tenant.admin.scim('POST', '/Users', body));
      expect(answer.status, answer.text).to.equal(400);
      expect(await people()).to.equal(0);
    });

    it('C5 changes nothing of it with a token that has another unit left: 403', async () => {
      const both = await mint(muster, { client: tenant.client, units: [tenant.support, tenant.research] });
      const inSupport = groupBody('s', { [musterGroupUrn]: { units: ['Support'] } });
      const { id } = await tenant.admin.scim.create('/Groups', inSupport);
      expect((await both.scim('GET', `/Groups/${id}`)).status).to.equal(200);
      const patch = patchBody({ op: 'replace', path: 'displayName', value: 'late' });
      const answer = await meeting(() => both.scim('PATCH', `/Groups/${id}`, patch));
      expect(answer.status, answer.text).to.equal(403);
      expect((await tenant.admin.scim.read(`/Groups/${id}`))['displayName']).to.equal('s');
    });

    it('C5 mints no token for it: 400', async () => {
      const answer = await meeting(() =>
        tenant.admin.api('POST', '/tokens', { units: ['Support'], description: 'late' }),
      );
      expect(answer.status, answer.text).to.equal(400);
      const listed = await tenant.admin.api('GET', '/tokens');
      expect(listed.text).not.to.contain('late');
    });
  });
});
