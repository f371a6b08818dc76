import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { differences } from '../support/printed.js';
import { callerOf, enterpriseUrn, filtered, groupBody, userBody, userUrn, type Caller } from '../support/scim.js';

const work = (value: string) => [{ type: 'work', value }];

/** People among whom each example filter finds some and misses some. */
const people: Readonly<Record<string, object>> = {
  bjensen: {
    name: { familyName: 'Jensen' },
    title: 'Tour Guide',
    userType: 'Employee',
    emails: work('bjensen@example.com'),
    schemas: [userUrn, enterpriseUrn],
    [enterpriseUrn]: { employeeNumber: '701984' },
  },
  john: { name: { familyName: "O'Malley" }, userType: 'Employee', emails: work('john@example.net') },
  jsmith: { userType: 'Intern', emails: [{ type: 'home', value: 'jsmith@EXAMPLE.ORG' }] },
  mandy: { userType: 'Contractor', ims: [{ type: 'xmpp', value: 'mandy@foo.com' }] },
};
const everybody = Object.keys(people);
const longAgo = '2011-05-13T04:42:34Z';

/** The filters as they are printed, and whom they find. */
const printed: readonly (readonly [filter: string, found: readonly string[]])[] = [
  ['userName Eq "john"', ['john']],
  ['Username eq "john"', ['john']],
  ['userName eq "bjensen"', ['bjensen']],
  ['name.familyName co "O\'Malley"', ['john']],
  ['userName sw "J"', ['john', 'jsmith']],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', ['john', 'jsmith']],
  ['title pr', ['bjensen']],
  [`meta.lastModified gt "${longAgo}"`, everybody],
  [`meta.lastModified ge "${longAgo}"`, everybody],
  [`meta.lastModified lt "${longAgo}"`, []],
  [`meta.lastModified le "${longAgo}"`, []],
  ['title pr and userType eq "Employee"', ['bjensen']],
  ['title pr or userType eq "Intern"', ['bjensen', 'jsmith']],
  ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', ['bjensen']],
  ['userType eq "Employee" and (emails co "example.com" or\n  emails.value co "example.org")', ['bjensen']],
  ['userType ne "Employee" and not (emails co "example.com" or\n  emails.value co "example.org")', ['mandy']],
  ['userType eq "Employee" and (emails.type eq "work")', ['bjensen', 'john']],
  ['userType eq "Employee" and emails[type eq "work" and\n  value co "@example.com"]', ['bjensen']],
  [
    'emails[type eq "work" and value co "@example.com"] or\n  ims[type eq "xmpp" and value co "@foo.com"]',
    ['bjensen', 'mandy'],
  ],
];

describe('the example queries', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    let tolerant: Caller;

    let clients = 0;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      const client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
      tolerant = callerOf(muster, (await muster.createToken({ client })).token);
      for (const [userName, more] of Object.entries(people)) await call.create('/Users', userBody(userName, more));
    });

    for (const [filter, found] of printed) {
      it(`find whom they should: ${filter.replaceAll(/\s+/g, ' ')} (RFC 7644 §3.4.2.2)`, async () => {
        const { Resources } = await call.read(filtered('/Users', filter));
        expect(Resources.map((each) => each['userName'])).to.have.members([...found]);
      });
    }

    it('are refused where the operator is not known, and told so (RFC 7644 §3.4.2.2)', async () => {
      const { status, body } = await call('GET', filtered('/Users', 'userName regex "a"'));
      expect([status, body.status, body.scimType]).to.deep.equal([400, '400', 'invalidFilter']);
      expect(body.detail).to.contain('operator "regex" is not supported');
    });

    it('restrict the resource types at the root; the values are printed without the quotation marks that the grammar demands (RFC 7644 §3.4.2.1)', async () => {
      await call.create('/Groups', groupBody('Guides'));
      const total = async (caller: Caller, filter: string) => (await caller.read(filtered('/', filter))).totalResults;
      const quoted = '(meta.resourceType eq "User") or (meta.resourceType eq "Group")';
      const bare = quoted.replaceAll('"', '');
      const both = everybody.length + (await call.read('/Groups')).totalResults;
      expect(await total(call, quoted)).to.equal(both);
      expect(await total(tolerant, bare)).to.equal(both);
      expect((await call('GET', filtered('/', bare))).body.scimType).to.equal('invalidFilter');
    });

    it('by POST are answered as printed, over users and groups (RFC 7644 §3.4.3 figures 4 and 5)', async () => {
      await call.create('/Users', userBody('smith', { displayName: 'Smith, James' }));
      await call.create('/Groups', groupBody('Smith Family'));
      const { status, headers, body } = await call('POST', '/.search', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        attributes: ['displayName', 'userName'],
        filter: 'displayName sw "smith"',
        startIndex: 1,
        count: 10,
      });
      expect([status, headers['content-type']]).to.deep.equal([200, 'application/scim+json']);
      expect(headers['location']).to.equal(`${muster.baseUrl}/.search`);
      const expected = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 2,
        // Printed as 10, with two resources shown for brevity.
        itemsPerPage: 2,
        startIndex: 1,
        Resources: {
          '<contains>': [
            { id: '<id>', userName: 'smith', displayName: 'Smith, James' },
            { id: '<id>', displayName: 'Smith Family' },
          ],
        },
      };
      expect(differences(expected, body)).to.deep.equal([]);
    });
  });
});
