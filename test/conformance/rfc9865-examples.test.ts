import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { differences } from '../support/printed.js';
import { callerOf, userBody, type Caller, type ScimBody } from '../support/scim.js';

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

describe('the examples of cursor-based pagination', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
      const client = await muster.createClient('ACME');
      call = callerOf(muster, (await muster.createToken({ client })).token);
      for (let index = 0; index < 25; index++) {
        await call.create('/Users', userBody(`j${index}`, { displayName: `Smith ${index}` }));
      }
      await call.create('/Users', userBody('bjensen'));
    });

    const page = (more: object) => ({
      totalResults: 25,
      itemsPerPage: 10,
      schemas: [listUrn],
      Resources: '<any>',
      ...more,
    });
    const namesIn = ({ Resources }: ScimBody) => Resources.map((each) => each['userName']);

    it('are answered as printed: the first page and the ones that follow (RFC 9865 §2)', async () => {
      // The value is printed without its quotation marks, which a tolerant token may leave out; and the second request
      // spells the attribute in another letter case, which makes it no other query.
      const first = await call.read('/Users?filter=userName%20sw%20J&cursor&count=10');
      expect(differences(page({ nextCursor: '/^[A-Za-z0-9._~-]+$/' }), first)).to.deep.equal([]);
      const next = `/Users?filter=username%20sw%20J&cursor=${String(first['nextCursor'])}&count=10`;
      const second = await call.read(next);
      // `previousCursor` is OPTIONAL; pages are walked forwards here.
      expect(differences(page({ nextCursor: '/^[A-Za-z0-9._~-]+$/' }), second)).to.deep.equal([]);
      const last = await call.read(next.replace(String(first['nextCursor']), String(second['nextCursor'])));
      expect(differences(page({ itemsPerPage: 5 }), last)).to.deep.equal([]);
      expect(new Set([first, second, last].flatMap(namesIn))).to.have.lengthOf(25);
    });

    it('are answered by the index where nothing is asked for, as clients without cursors expect (RFC 9865 §2.3, §2.4)', async () => {
      const body = await call.read('/Users');
      const printed = { totalResults: 26, itemsPerPage: 26, startIndex: 1, schemas: [listUrn], Resources: '<any>' };
      expect(differences(printed, body)).to.deep.equal([]);
    });

    it('are answered as printed: the first page of a query by POST (RFC 9865 §3)', async () => {
      const request = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        attributes: ['displayName', 'userName'],
        filter: 'displayName sw "smith"',
        cursor: '',
        count: 10,
      };
      const { status, body } = await call('POST', '/Users/.search', request);
      expect(status).to.equal(200);
      expect(differences(page({ nextCursor: '<any>' }), body)).to.deep.equal([]);
      for (const each of body.Resources) expect(each).to.have.all.keys('schemas', 'id', 'displayName', 'userName');
      // The endpoint is printed as /User, where RFC 7644 §3.2 has /Users.
      expect((await call('POST', '/User/.search', request)).status).to.equal(404);
    });

    it('are answered as printed: how the service pages (RFC 9865 §4)', async () => {
      const { pagination } = await call.read('/ServiceProviderConfig');
      expect(pagination).to.deep.equal({
        cursor: true,
        index: true,
        // Printed as "cursor"; §2.4 advises services that had the index first to keep it.
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 500,
        cursorTimeout: 3_600,
      });
    });
  });
});
