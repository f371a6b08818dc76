import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { callerOf, enterpriseUrn, patchBody, userBody, type Caller, type ScimBody } from '../support/scim.js';

/** What a request is about: Ada, who has a home address, and her group. */
interface World {
  readonly ada: string;
  readonly boss: string;
  readonly group: string;
}

/** One habit of a provider, alone: how it is sent, and what becomes of it. */
interface Deviation {
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: (world: World) => string;
  readonly body?: (world: World) => object;
  /** What a strict token is told. */
  readonly strictly: string;
  readonly meant: (answer: ScimBody, world: World) => void;
}

const toAda = ({ ada }: World) => `/Users/${ada}`;
const patchOfAda = (title: string, operation: (world: World) => object, strictly: string, meant: Deviation['meant']) =>
  ({
    title,
    method: 'PATCH',
    path: toAda,
    body: (world: World) => patchBody(operation(world)),
    strictly,
    meant,
  }) as const;
const filter = (text: string) => () => `/Users?filter=${encodeURIComponent(text)}`;
const findsAda: Deviation['meant'] = (page, { ada }) => expect(page.Resources.map(({ id }) => id)).to.deep.equal([ada]);
const role = '{"id":"06b0","value":"Guide","displayName":"Tour guide"}';

const deviations: readonly Deviation[] = [
  patchOfAda(
    'an operation with a capital letter (Entra ID)',
    () => ({ op: 'Add', path: 'title', value: 'Dr' }),
    'invalidSyntax',
    (user) => expect(user['title']).to.equal('Dr'),
  ),
  patchOfAda(
    'a boolean as text (Entra ID)',
    () => ({ op: 'replace', path: 'active', value: 'False' }),
    'invalidValue',
    (user) => expect(user['active']).to.equal(false),
  ),
  patchOfAda(
    'a replacement of what no filter finds (Entra ID)',
    () => ({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@work' }),
    'noTarget',
    (user) => expect(user['emails']).to.deep.include({ type: 'work', value: 'a@work' }),
  ),
  patchOfAda(
    'a manager as text (Entra ID)',
    ({ boss }) => ({ op: 'add', path: `${enterpriseUrn}:manager`, value: boss }),
    'invalidValue',
    (user, { boss }) => expect(user[enterpriseUrn]).to.have.nested.property('manager.value', boss),
  ),
  patchOfAda(
    'a manager without the URN of the extension (Entra ID)',
    ({ boss }) => ({ op: 'add', path: 'manager', value: { value: boss } }),
    'invalidPath',
    (user, { boss }) => expect(user[enterpriseUrn]).to.have.nested.property('manager.value', boss),
  ),
  patchOfAda(
    'roles as a text of JSON (Entra ID)',
    () => ({ op: 'replace', path: 'roles', value: role }),
    'invalidValue',
    (user) => expect(user['roles']).to.deep.equal([{ value: 'Guide', display: 'Tour guide' }]),
  ),
  patchOfAda(
    'a boolean as text in a path (Entra ID)',
    () => ({ op: 'add', path: 'roles[primary eq "True"].value', value: 'Guide' }),
    'invalidFilter',
    (user) => expect(user['roles']).to.deep.equal([{ value: 'Guide', primary: true }]),
  ),
  patchOfAda(
    'paths as the keys of a value (Entra ID)',
    () => ({ op: 'replace', value: { 'name.givenName': 'Augusta' } }),
    'invalidSyntax',
    (user) => expect(user['name']).to.deep.equal({ givenName: 'Augusta' }),
  ),
  {
    title: 'members to remove as a list of values (Entra ID, JumpCloud)',
    method: 'PATCH',
    path: ({ group }) => `/Groups/${group}`,
    body: ({ ada }) => patchBody({ op: 'remove', path: 'members', value: [{ value: ada }] }),
    strictly: 'invalidValue',
    meant: (group) => expect(group).not.to.have.property('members'),
  },
  {
    title: 'a filter without quotation marks (Okta)',
    method: 'GET',
    path: filter('userName eq ada@example.com'),
    strictly: 'invalidFilter',
    meant: findsAda,
  },
  {
    title: 'a filter with an ampersand behind it (OneLogin)',
    method: 'GET',
    path: filter('userName eq "ada@example.com"&'),
    strictly: 'invalidFilter',
    meant: findsAda,
  },
  ...['urn:scim:schemas:core:1.0', 'urn:scim:schemas:core:2.0'].map((schema): Deviation => ({
    title: `the schema of an older draft, ${schema} (OneLogin)`,
    method: 'POST',
    path: () => '/Users',
    body: () => userBody(randomUUID(), { schemas: [schema] }),
    strictly: 'invalidSyntax',
    meant: (user) => expect(user.schemas).not.to.include(schema),
  })),
];

describe('what providers send beside RFC 7644', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let world: World;
    let tolerant: Caller;
    let strict: Caller;
    before(async () => {
      muster = await database.startMuster();
    });
    beforeEach(async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      await muster.license(client, 'Guide');
      tolerant = callerOf(muster, (await muster.createToken({ client })).token);
      strict = callerOf(muster, (await muster.createToken({ client, dialect: 'strict' })).token);
      const emails = [{ value: 'a@home', type: 'home' }];
      const { id: ada } = await tolerant.create('/Users', userBody('ada@example.com', { emails }));
      const { id: boss } = await tolerant.create('/Users', userBody('boss@example.com'));
      const members = [{ value: ada }];
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
      const { id: group } = await tolerant.create('/Groups', { schemas, displayName: 'Guides', members });
      world = { ada, boss, group };
    });

    for (const { title, method, path, body, strictly, meant } of deviations) {
      it(`is understood, and refused with ${strictly} when strict: ${title}`, async () => {
        const refused = await strict(method, path(world), body?.(world));
        expect([refused.status, refused.body.scimType]).to.deep.equal([400, strictly]);
        const taken = await tolerant(method, path(world), body?.(world));
        expect(taken.status, taken.text).to.be.within(200, 201);
        meant(taken.body, world);
      });
    }

    it('is understood, and refused with 401 when strict: a token without a scheme (Okta)', async () => {
      const client = await muster.createClient(`client ${randomUUID()}`);
      for (const [dialect, status] of [
        ['tolerant', 200],
        ['strict', 401],
      ] as const) {
        const { token } = await muster.createToken({ client, dialect });
        const answer = await muster.request('GET', '/Users', { headers: { authorization: token } });
        expect(answer.status, dialect).to.equal(status);
      }
    });

    it('is judged before the resource is looked up: a PATCH that cannot be meant is 400 for an unknown id (RFC 7644 §3.12)', async () => {
      const nobody = `/Users/${randomUUID()}`;
      for (const call of [tolerant, strict]) {
        for (const [operation, scimType] of [
          [{ op: 'move', path: 'title', value: 'x' }, 'invalidSyntax'],
          [{ op: 'add', path: 'nope', value: 'x' }, 'invalidPath'],
          [{ op: 'remove' }, 'noTarget'],
          [{ op: 'replace', path: 'externalId', value: 5 }, 'invalidValue'],
        ] as const) {
          const { status, body } = await call('PATCH', nobody, patchBody(operation));
          expect([status, body.scimType], JSON.stringify(operation)).to.deep.equal([400, scimType]);
        }
        expect((await call('PATCH', nobody, patchBody({ op: 'remove', path: 'title' }))).status).to.equal(404);
      }
    });
  });
});
