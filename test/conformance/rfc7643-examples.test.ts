import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { differences, expectResource, printedMeta } from '../support/printed.js';
import { printedDocument, printedResourceTypes } from '../support/rfc-examples.js';
import { callerOf, enterpriseUrn, groupBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

/** A user as it is printed may be sent as it is: `id`, `meta` and `groups` are read-only and passed over. */
const users = ['minimal-user', 'full-user', 'enterprise-user'];
const printedManager = '26118915-6090-4610-87e4-49d8ca9f808d';
const groupNames = ['Tour Guides', 'Employees', 'US Employees'];

type JsonObject = Readonly<Record<string, unknown>>;

describe('the example representations', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      const client = await muster.createClient(`client ${++clients}`);
      call = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
    });

    /** The printed user as it is sent, with a manager who is here. */
    const sent = (name: string, manager: ScimBody) =>
      // The substitution keeps the shape.
      JSON.parse(JSON.stringify(printedDocument(name)).replaceAll(printedManager, manager.id)) as JsonObject;

    /** The printed user as this server shows it: ids and dates are its own, and a password is never shown. */
    const shown = (name: string, { id }: ScimBody, manager: ScimBody) => {
      const { password: _password, groups: _groups, ...printed } = sent(name, manager);
      const meta = printedMeta('User', `${muster.baseUrl}/Users/${id}`);
      const extension = printed[enterpriseUrn];
      if (!(extension instanceof Object)) return { ...printed, id, meta };
      // The displayName of a manager is OPTIONAL (RFC 7643 §4.3): the token need not reach the manager.
      const reference = { value: manager.id, $ref: `../Users/${manager.id}` };
      return { ...printed, id, meta, [enterpriseUrn]: { ...extension, manager: reference } };
    };

    for (const name of users) {
      it(`${name}: is taken as printed and given back so, by POST, GET and PUT (RFC 7643 §8.1, §8.2, §8.3)`, async () => {
        const manager = await call.create('/Users', userBody('jsmith', { displayName: 'John Smith' }));
        const posted = await call('POST', '/Users', sent(name, manager));
        const body = shown(name, posted.body, manager);
        expectResource(posted, { status: 201, body });
        const path = `/Users/${posted.body.id}`;
        expectResource(await call('GET', path), { status: 200, body });
        expectResource(await call('PUT', path, sent(name, manager)), { status: 200, body });
      });
    }

    it('full-user: shows the groups that are printed, each with its type besides (RFC 7643 §8.2)', async () => {
      const user = await call.create('/Users', printedDocument('full-user'));
      const groups: ScimBody[] = [];
      for (const name of groupNames) {
        groups.push(await call.create('/Groups', groupBody(name, { members: [{ value: user.id }] })));
      }
      const printed = groups.map(({ id: value, displayName: display }) => ({
        value,
        $ref: `${muster.baseUrl}/Groups/${value}`,
        display,
        type: 'direct',
      }));
      const answer = await call.read(`/Users/${user.id}`);
      const body = { ...shown('full-user', user, user), groups: { '<contains>': printed } };
      expect(differences(body, answer)).to.deep.equal([]);
      expect(answer.groups).to.have.lengthOf(groupNames.length);
    });

    it('group: is taken as printed and given back so, each member with its type besides (RFC 7643 §8.4)', async () => {
      const printed = printedDocument('group');
      const members: object[] = [];
      for (const displayName of ['Babs Jensen', 'Mandy Pepperidge']) {
        const { id } = await call.create('/Users', userBody(displayName, { displayName }));
        members.push({ value: id, $ref: `${muster.baseUrl}/Users/${id}`, display: displayName });
      }
      const posted = await call('POST', '/Groups', { ...printed, members });
      const { id } = posted.body;
      const meta = printedMeta('Group', `${muster.baseUrl}/Groups/${id}`);
      const body = { ...printed, id, meta, members: { '<contains>': members } };
      expectResource(posted, { status: 201, body });
      expectResource(await call('GET', `/Groups/${id}`), { status: 200, body });
      expect(posted.body.members).to.have.lengthOf(2);
    });

    it('service-provider-config: has what is printed, with what this service offers (RFC 7643 §8.5)', async () => {
      const {
        authenticationSchemes,
        documentationUri: _uri,
        filter: _filter,
        meta: _meta,
        ...printed
      } = printedDocument('service-provider-config');
      const config = await call.read('/ServiceProviderConfig');
      const [bearer] = authenticationSchemes as readonly Readonly<Record<string, unknown>>[];
      const { documentationUri: _help, ...scheme } = bearer ?? {};
      const body = {
        ...printed,
        filter: { supported: true, maxResults: '<any>' },
        authenticationSchemes: [
          { ...scheme, description: '<any>', specUri: 'https://www.rfc-editor.org/info/rfc6750' },
        ],
        // It is made when the service starts and has no version of its own.
        meta: { location: `${muster.baseUrl}/ServiceProviderConfig`, resourceType: 'ServiceProviderConfig' },
      };
      // HTTP Basic is not offered; `pagination` is RFC 9865's.
      expect(differences(body, config, ['pagination'])).to.deep.equal([]);
    });

    it('resource-types: are those printed, whose extensions here are optional (RFC 7643 §8.6, RFC 7644 §4 figure 9)', async () => {
      const list = await call.read('/ResourceTypes');
      // Behind them stand those of the roles and entitlements.
      expect(list.totalResults).to.be.at.least(printedResourceTypes().length).and.to.equal(list.Resources.length);
      for (const printed of printedResourceTypes()) {
        const { schemaExtensions = [], meta: _meta, ...rest } = printed;
        const name = String(printed['name']);
        const type = await call.read(`/ResourceTypes/${name}`);
        const meta = { location: `${muster.baseUrl}/ResourceTypes/${name}`, resourceType: 'ResourceType' };
        expect(differences({ ...rest, meta }, type, ['schemaExtensions'])).to.deep.equal([]);
        // Printed as required, but then the users of §8.1 and §8.2 would not be valid.
        const extensions = (schemaExtensions as readonly object[]).map((each) => ({ ...each, required: false }));
        expect(type['schemaExtensions']).to.deep.include.members(extensions);
        expect(list.Resources).to.deep.include(type);
      }
    });
  });
});
