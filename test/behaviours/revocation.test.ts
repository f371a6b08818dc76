import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, patchBody, userBody } from '../support/scim.js';
import { makeTenant, mint, type TestTenant, type TestToken } from '../support/tenants.js';

/** For so long another process may go on letting a token in that has been ended (promise 5). */
const mostMs = 1_000;

interface Ending {
  readonly title: string;
  /** The token that ends. */
  readonly token: (tenant: TestTenant, muster: Muster) => Promise<TestToken>;
  readonly end: (tenant: TestTenant, token: TestToken) => Promise<unknown>;
}

const ofClient = (tenant: TestTenant, muster: Muster) => mint(muster, { client: tenant.client });

const endings: readonly Ending[] = [
  {
    title: 'is revoked',
    token: ofClient,
    end: ({ admin }, { id }) => admin.api('DELETE', `/tokens/${id}`),
  },
  {
    title: 'is rotated without an overlap',
    token: ofClient,
    end: ({ admin }, { id }) => admin.api('POST', `/tokens/${id}/rotate`, { overlapSeconds: 0 }),
  },
  {
    title: 'was for a unit that ends',
    token: ({ client, support }, muster) => mint(muster, { client, units: [support] }),
    end: ({ admin, support }) => admin.api('DELETE', `/units/${support}?confirm=true`),
  },
  {
    title: 'is of a client that is switched off',
    token: ofClient,
    end: ({ operator, client }) => operator.api('DELETE', `/clients/${client}`),
  },
  {
    title: 'is of a person who is switched off',
    token: async ({ admin, client }, muster) => {
      const { id } = await admin.scim.create('/Users', userBody('ada'));
      return mint(muster, { client, user: id });
    },
    end: async ({ admin }) => {
      const [user] = (await admin.scim.read('/Users')).Resources;
      const off = patchBody({ op: 'replace', path: 'active', value: false });
      return admin.scim('PATCH', `/Users/${user?.id ?? ''}`, off);
    },
  },
];

describe('a token that ends in one process', function () {
  this.timeout(30_000);
  forEachDatabase((database) => {
    let muster: Muster;
    let other: Muster;
    beforeEach(async () => {
      const url = await database.url();
      [muster, other] = [await database.startMuster({ url }), await database.startMuster({ url })];
    });

    for (const { title, token, end } of endings) {
      it(`C4 is refused there at once, and in another within a second, when it ${title}`, async () => {
        const tenant = await makeTenant(muster);
        const ended = await token(tenant, muster);
        const elsewhere = callerOf(other, ended.token);
        expect((await elsewhere('GET', '/Me')).status).not.to.equal(401);
        await end(tenant, ended);
        const endedMs = performance.now();
        expect((await ended.scim('GET', '/Me')).status).to.equal(401);
        for (let status = 0; status !== 401;) {
          const askedMs = performance.now();
          ({ status } = await elsewhere('GET', '/Me'));
          // However slow the machine is: who asks a second later is refused.
          if (status !== 401) expect(askedMs - endedMs).to.be.below(mostMs);
        }
      });
    }
  });
});
