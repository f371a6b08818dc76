import { expect } from 'chai';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { comparable, everythingOf, makeWorld, type World } from '../support/client-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  filtered,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  patchBody,
  userBody,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** What a filter may name of a client. */
interface FilterWorld {
  readonly name: string;
  readonly client: string;
  readonly users: { readonly none: { readonly id: string } };
  readonly groups: { readonly none: { readonly id: string } };
}

type Attempt = (call: Caller, id: string, acme: World) => Promise<Response<ScimBody>>;

const memberOperations: readonly (readonly [string, (id: string) => object])[] = [
  ['add with a path', (id) => ({ op: 'add', path: 'members', value: [{ value: id }] })],
  ['add without a path', (id) => ({ op: 'add', value: { members: [{ value: id }] } })],
  ['replace', (id) => ({ op: 'replace', path: 'members', value: [{ value: id }] })],
  ['remove by filter', (id) => ({ op: 'remove', path: `members[value eq "${id}"]` })],
  ['remove by value', (id) => ({ op: 'remove', path: 'members', value: [{ value: id }] })],
  ['replace a member by filter', (id) => ({ op: 'replace', path: `members[value eq "${id}"].value`, value: id })],
];

const attempts: readonly (readonly [string, Attempt])[] = [
  ...['/Users', '/Groups'].flatMap((path): (readonly [string, Attempt])[] => [
    [`GET ${path}/{id}`, (call, id) => call('GET', `${path}/${id}`)],
    [`HEAD ${path}/{id}`, (call, id) => call('HEAD', `${path}/${id}`)],
    [`GET ${path}/{id} with a projection`, (call, id) => call('GET', `${path}/${id}?attributes=meta`)],
    [
      `GET ${path}/{id} with If-None-Match`,
      (call, id) => call('GET', `${path}/${id}`, undefined, { 'If-None-Match': 'W/"1"' }),
    ],
    [
      `PATCH ${path}/{id}`,
      (call, id) => call('PATCH', `${path}/${id}`, patchBody({ op: 'add', path: 'displayName', value: 'x' })),
    ],
    [`DELETE ${path}/{id}`, (call, id) => call('DELETE', `${path}/${id}`)],
    [
      `DELETE ${path}/{id} with If-Match`,
      (call, id) => call('DELETE', `${path}/${id}`, undefined, { 'If-Match': '*' }),
    ],
    [`filter ${path} by id`, (call, id) => call('GET', filtered(path, `id eq "${id}"`))],
    [`filter ${path} by location`, (call, id) => call('GET', filtered(path, `meta.location co "${id}"`))],
    [
      `POST ${path}/.search by id`,
      (call, id) => call('POST', `${path}/.search`, { schemas: [searchUrn], filter: `id eq "${id}"` }),
    ],
    [
      `POST /Bulk with DELETE ${path}/{id}`,
      (call, id) =>
        call('POST', '/Bulk', { schemas: [bulkUrn], Operations: [{ method: 'DELETE', path: `${path}/${id}` }] }),
    ],
  ]),
  ['PUT /Users/{id}', (call, id) => call('PUT', `/Users/${id}`, userBody('taken over'))],
  [
    'PUT /Users/{id} with If-Match',
    (call, id) => call('PUT', `/Users/${id}`, userBody('taken over'), { 'If-Match': 'W/"1"' }),
  ],
  ['PUT /Groups/{id}', (call, id) => call('PUT', `/Groups/${id}`, groupBody('taken over'))],
  ['filter groups by member', (call, id) => call('GET', filtered('/Groups', `members.value eq "${id}"`))],
  ['filter groups by member in brackets', (call, id) => call('GET', filtered('/Groups', `members[value eq "${id}"]`))],
  [
    'filter groups by the reference of a member',
    (call, id) => call('GET', filtered('/Groups', `members.$ref co "${id}"`)),
  ],
  ['filter users by group', (call, id) => call('GET', filtered('/Users', `groups.value eq "${id}"`))],
  ['filter users by group in brackets', (call, id) => call('GET', filtered('/Users', `groups[value eq "${id}"]`))],
  [
    'filter users by manager',
    (call, id) => call('GET', filtered('/Users', `${enterpriseUrn}:manager.value eq "${id}"`)),
  ],
  [
    'POST a group with the member',
    (call, id) => call('POST', '/Groups', groupBody(`with ${id}`, { members: [{ value: id }] })),
  ],
  [
    'POST a group with the reference of a member',
    (call, id) =>
      call(
        'POST',
        '/Groups',
        groupBody(`with ${id}`, { members: [{ value: id, $ref: `../Users/${id}`, type: 'User' }] }),
      ),
  ],
  [
    'PUT a group with the member',
    (call, id, { groups }) =>
      call('PUT', `/Groups/${groups.none.id}`, groupBody('Group', { members: [{ value: id }] })),
  ],
  ...memberOperations.map(([title, operation]): readonly [string, Attempt] => [
    `PATCH a group: ${title}`,
    (call, id, { groups }) => call('PATCH', `/Groups/${groups.none.id}`, patchBody(operation(id))),
  ]),
  [
    'POST a user with the manager',
    (call, id) => call('POST', '/Users', userBody(`below ${id}`, { [enterpriseUrn]: { manager: { value: id } } })),
  ],
  [
    'PUT a user with the manager',
    async (call, id) => {
      const own = await call.create('/Users', userBody(`put below ${id}`));
      return call(
        'PUT',
        `/Users/${own.id}`,
        userBody(`put below ${id}`, { [enterpriseUrn]: { manager: { value: id } } }),
      );
    },
  ],
  [
    'PATCH a user with the manager',
    async (call, id) => {
      const own = await call.create('/Users', userBody(`patched below ${id}`));
      return call('PATCH', `/Users/${own.id}`, patchBody({ op: 'add', path: `${enterpriseUrn}:manager`, value: id }));
    },
  ],
  [
    'POST a user with the id',
    (call, id) => call('POST', '/Users', userBody(`named ${id}`, { id, meta: { resourceType: 'User' } })),
  ],
  ['the companion API: GET /users/{id}', (call, id, { name }) => call('GET', `${name}/users/${id}`)],
];

describe('isolation of clients', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: World;
    let beta: World;
    before(async () => {
      muster = await database.startMuster();
      acme = await makeWorld(muster, 'acme');
      beta = await makeWorld(muster, 'beta');
    });

    for (const [title, attempt] of attempts) {
      it(`answers another client's id as it answers an unknown id, and changes nothing there: ${title} (RFC 7644 §3.12)`, async () => {
        const fresh = await makeWorld(muster, newIdentifier());
        const api = { ...fresh, name: muster.apiUrl };
        const before = await everythingOf(beta);
        const theirs = [beta.users.none, beta.users.support, beta.groups.none].map(({ id }) => id);
        const unknown = comparable(await attempt(fresh.call, newIdentifier(), api));
        for (const id of theirs) expect(comparable(await attempt(fresh.call, id, api))).to.equal(unknown);
        expect(await everythingOf(beta)).to.equal(before);
      });
    }

    const filters: readonly ((world: FilterWorld) => string)[] = [
      () => 'id pr',
      ({ users }) => `id ne "${users.none.id}"`,
      ({ name }) => `userName eq "${name}-none@example.com"`,
      ({ name }) => `userName co "${name}"`,
      ({ name }) => `userName sw "${name}"`,
      () => 'userName ew "@example.com"',
      () => 'userName gt "a"',
      () => 'userName lt "z"',
      ({ name }) => `not (userName eq "${name}-none@example.com")`,
      ({ name }) => `userName eq "${name}-none@example.com" or id pr`,
      ({ name }) => `userName eq "nobody" or externalId eq "ext-${name}-none" or emails.value sw "${name}"`,
      ({ name }) => `externalId eq "ext-${name}-none"`,
      ({ name }) => `emails eq "${name}-none@mail.example"`,
      ({ name }) => `emails[type eq "work" and value eq "${name}-none@mail.example"]`,
      ({ name }) => `${enterpriseUrn}:employeeNumber eq "staff-${name}-none"`,
      ({ name }) => `${enterpriseUrn}:department co "${name}"`,
      ({ client }) => `${musterUserUrn}:clientId eq "${client}"`,
      ({ client }) => `${musterUserUrn}:clientId ne "${client}"`,
      () => `${musterUserUrn}:units eq "Support"`,
      () => `${musterUserUrn}:effectiveRoles eq "Scheduler"`,
      () => 'roles.value eq "scheduler"',
      ({ groups }) => `groups.value eq "${groups.none.id}"`,
      ({ name }) => `groups.display co "${name}"`,
      () => 'groups pr',
      () => 'meta.created gt "2000-01-01T00:00:00Z"',
      () => 'meta.lastModified gt "2000-01-01T00:00:00Z"',
      () => 'meta.resourceType eq "User"',
      () => `schemas eq "${musterUserUrn}"`,
      () => 'active eq true',
      () => 'not (active eq false)',
    ];
    for (const filter of filters) {
      const title = filter({
        name: 'beta',
        client: 'beta',
        users: { none: { id: 'x' } },
        groups: { none: { id: 'x' } },
      });
      it(`finds, counts and orders none of another client's people: ${title} (RFC 7644 §3.4.2.2)`, async () => {
        const own = new Set((await acme.call.read('/Users?count=500')).Resources.map(({ id }) => id));
        for (const text of [filter(beta), filter(acme)]) {
          for (const more of ['', '&sortBy=userName&sortOrder=descending', '&startIndex=2&count=1', '&count=0']) {
            const page = await acme.call.read(`${filtered('/Users', text)}${more}`);
            for (const { id } of page.Resources) expect(own.has(id)).to.equal(true);
            expect(page.totalResults).to.be.at.most(own.size);
          }
        }
      });
    }

    it('shows on each page of a list its own people and groups alone (RFC 7644 §3.4.2.4)', async () => {
      for (const path of ['/Users', '/Groups']) {
        for (const world of [acme, beta]) {
          const total = (await world.call.read(`${path}?count=0`)).totalResults;
          const page = await world.call.read(`${path}?count=500`);
          expect(page.Resources).to.have.length(total);
          const extension = path === '/Users' ? musterUserUrn : musterGroupUrn;
          for (const resource of page.Resources) expect(resource[extension]).to.include({ clientId: world.client });
        }
      }
    });

    it('does not let the header X-Muster-Client move a token to another client', async () => {
      for (const named of [beta.client, beta.name, 'nobody']) {
        const answer = await acme.call('GET', `/Users/${beta.users.none.id}`, undefined, { 'X-Muster-Client': named });
        expect(answer.status).to.equal(404);
        const list = await acme.call('GET', '/Users?count=0', undefined, { 'X-Muster-Client': named });
        expect(list.body.totalResults).to.equal((await acme.call.read('/Users?count=0')).totalResults);
      }
    });
  });
});

describe('tokens of less than a client', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    it('a platform token must name the client in X-Muster-Client, by name or id', async () => {
      const { client, call } = await makeWorld(muster, 'platform');
      const platform = callerOf(muster, (await muster.createToken({})).token);
      for (const path of ['/Users', '/Groups', `/Users/${newIdentifier()}`]) {
        expect((await platform('GET', path)).status, path).to.equal(400);
      }
      const expected = await call('GET', '/Users');
      for (const named of [client, 'platform', 'PLATFORM']) {
        const answer = await platform('GET', '/Users', undefined, { 'X-Muster-Client': named });
        expect(answer.text).to.equal(expected.text);
      }
      for (const named of [newIdentifier(), 'nobody', "x' or '1'='1"]) {
        expect((await platform('GET', '/Users', undefined, { 'X-Muster-Client': named })).status).to.equal(404);
      }
      const body = userBody('ada');
      expect((await platform('POST', '/Users', body)).status).to.equal(400);
      const made = await platform('POST', '/Users', body, { 'X-Muster-Client': client });
      expect(made.body[musterUserUrn]).to.include({ clientId: client });
    });

    it('a read token reads everything and writes nothing: 403 insufficient_scope', async () => {
      const world = await makeWorld(muster, 'readers');
      const reader = callerOf(muster, (await muster.createToken({ client: world.client, access: 'read' })).token);
      const before = await everythingOf(world);
      expect((await reader('GET', '/Users')).text).to.equal((await world.call('GET', '/Users')).text);
      expect((await reader('GET', `/Groups/${world.groups.none.id}`)).status).to.equal(200);
      const writes: readonly (readonly [string, string, unknown?])[] = [
        ['POST', '/Users', userBody('new')],
        ['POST', '/Groups', groupBody('new')],
        ...[`/Users/${world.users.none.id}`, `/Groups/${world.groups.none.id}`].flatMap(
          (path): [string, string, unknown?][] => [
            ['PUT', path, path.startsWith('/Users') ? userBody('new') : groupBody('new')],
            ['PATCH', path, patchBody({ op: 'add', path: 'displayName', value: 'x' })],
            ['DELETE', path],
          ],
        ),
      ];
      for (const [method, path, body] of writes) {
        const answer = await reader(method, path, body);
        expect(answer.status, `${method} ${path}`).to.equal(403);
        expect(answer.headers['www-authenticate']).to.contain('error="insufficient_scope"');
      }
      expect(await everythingOf(world)).to.equal(before);
    });

    it('a personal token reads its own person alone, and does not learn who else there is', async () => {
      const { client, users, groups } = await makeWorld(muster, 'personal');
      const me = callerOf(muster, (await muster.createToken({ client, user: users.none.id })).token);
      expect((await me('GET', `/Users/${users.none.id}`)).status).to.equal(200);
      expect((await me('GET', '/Me')).body.id).to.equal(users.none.id);
      const unknown = comparable(await me('GET', `/Users/${newIdentifier()}`));
      expect(comparable(await me('GET', `/Users/${users.support.id}`))).to.equal(unknown);
      for (const [method, path, body] of [
        ['GET', '/Users'],
        ['GET', '/Groups'],
        ['GET', `/Groups/${groups.none.id}`],
        ['POST', '/Users', userBody('new')],
        [
          'PATCH',
          `/Users/${users.none.id}`,
          patchBody({ op: 'add', path: 'roles', value: [{ value: 'ClientAdmin' }] }),
        ],
        ['DELETE', `/Users/${users.none.id}`],
      ] as const) {
        expect((await me(method, path, body)).status, `${method} ${path}`).to.equal(403);
      }
    });
  });
});
