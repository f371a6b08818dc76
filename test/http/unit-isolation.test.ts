import { expect } from 'chai';
import { newIdentifier } from '../../src/directory/identifiers.js';
import { comparable, everythingOf, makeWorld, places, type Place, type World } from '../support/client-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import {
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

type Attempt = (call: Caller, place: Place, world: World) => Promise<Response<ScimBody>>;

const direct: readonly (readonly [string, Attempt])[] = [
  ['GET a user', (call, place, { users }) => call('GET', `/Users/${users[place].id}`)],
  ['GET a group', (call, place, { groups }) => call('GET', `/Groups/${groups[place].id}`)],
  ['PUT a user', (call, place, { users }) => call('PUT', `/Users/${users[place].id}`, userBody('taken'))],
  ['PUT a group', (call, place, { groups }) => call('PUT', `/Groups/${groups[place].id}`, groupBody('taken'))],
  [
    'PUT a user with If-Match',
    (call, place, { users }) => call('PUT', `/Users/${users[place].id}`, userBody('taken'), { 'If-Match': 'W/"7"' }),
  ],
  [
    'PATCH a user',
    (call, place, { users }) =>
      call('PATCH', `/Users/${users[place].id}`, patchBody({ op: 'replace', path: 'active', value: false })),
  ],
  [
    'PATCH a group',
    (call, place, { groups }) =>
      call('PATCH', `/Groups/${groups[place].id}`, patchBody({ op: 'remove', path: 'members' })),
  ],
  ['DELETE a user', (call, place, { users }) => call('DELETE', `/Users/${users[place].id}`)],
  ['DELETE a group', (call, place, { groups }) => call('DELETE', `/Groups/${groups[place].id}`)],
  [
    'POST a group with the member',
    (call, place, { users }) => call('POST', '/Groups', groupBody('new', { members: [{ value: users[place].id }] })),
  ],
  [
    'POST a group with the group as member',
    (call, place, { groups }) => call('POST', '/Groups', groupBody('new', { members: [{ value: groups[place].id }] })),
  ],
  [
    'PUT a group with the member',
    (call, place, { users, groups }) =>
      call('PUT', `/Groups/${groups.support.id}`, groupBody('new', { members: [{ value: users[place].id }] })),
  ],
  [
    'PATCH a group with the member',
    (call, place, { users, groups }) =>
      call(
        'PATCH',
        `/Groups/${groups.support.id}`,
        patchBody({ op: 'add', path: 'members', value: [{ value: users[place].id }] }),
      ),
  ],
];

const outside: readonly Place[] = ['research', 'shared', 'none'];

describe('unit tokens', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let acme: World;
    let support: Caller;
    let both: Caller;
    before(async () => {
      muster = await database.startMuster();
      acme = await makeWorld(muster, 'acme');
      support = await acme.tokenFor('Support');
      both = await acme.tokenFor('Support', 'Research');
    });

    for (const [title, attempt] of direct) {
      it(`are answered 403 for what is out of scope, without a name, and nothing changes: ${title} (RFC 7644 §3.12)`, async () => {
        const before = await everythingOf(acme);
        const answers = [];
        for (const place of outside) answers.push(await attempt(support, place, acme));
        for (const answer of answers) {
          expect(answer.status).to.equal(403);
          expect(answer.headers['www-authenticate']).to.contain('error="insufficient_scope"');
          expect(answer.text).not.to.match(/acme-|research|shared|[0-9a-f]{8}-/i);
        }
        expect(new Set(answers.map(comparable)).size).to.equal(1);
        expect(await everythingOf(acme)).to.equal(before);
      });
    }

    it('are answered 404 for an unknown id, and for one of another client', async () => {
      const beta = await makeWorld(muster, `beta ${newIdentifier()}`);
      for (const path of ['/Users', '/Groups']) {
        const theirs = path === '/Users' ? beta.users.support : beta.groups.support;
        const unknown = await support('GET', `${path}/${newIdentifier()}`);
        expect(unknown.status).to.equal(404);
        expect(comparable(await support('GET', `${path}/${theirs.id}`))).to.equal(comparable(unknown));
      }
      const withMember = (id: string) => support('POST', '/Groups', groupBody('new', { members: [{ value: id }] }));
      expect(comparable(await withMember(beta.users.support.id))).to.equal(
        comparable(await withMember(newIdentifier())),
      );
    });

    it('list what has a unit and all of whose units are among their own', async () => {
      const world = await makeWorld(muster, `lists ${newIdentifier()}`);
      const expected: readonly (readonly [readonly string[], readonly Place[]])[] = [
        [['Support'], ['support']],
        [['Research'], ['research']],
        [
          ['Support', 'Research'],
          ['support', 'research', 'shared'],
        ],
      ];
      for (const [units, seen] of expected) {
        const call = await world.tokenFor(...units);
        for (const [path, all] of [
          ['/Users', world.users],
          ['/Groups', world.groups],
        ] as const) {
          const page = await call.read(path);
          expect(page.Resources.map(({ id }) => id).toSorted()).to.deep.equal(
            seen.map((place) => all[place].id).toSorted(),
          );
          expect(page.totalResults).to.equal(seen.length);
          expect((await call.read(`${path}?count=0`)).totalResults).to.equal(seen.length);
          expect((await call.read(`${path}?startIndex=99`)).totalResults).to.equal(seen.length);
        }
      }
    });

    it('give what they create exactly their own units', async () => {
      const world = await makeWorld(muster, `creates ${newIdentifier()}`);
      for (const units of [['Support'], ['Research', 'Support']]) {
        const call = await world.tokenFor(...units);
        const user = await call.create('/Users', userBody(`by ${units.join()}`));
        const group = await call.create('/Groups', groupBody(`by ${units.join()}`));
        expect(user[musterUserUrn]).to.deep.include({ units: units.toSorted() });
        expect(group[musterGroupUrn]).to.deep.include({ units: units.toSorted() });
        expect((await call('GET', user.meta.location)).status).to.equal(200);
      }
    });

    it('may name their own units, and are answered 403 for others, known or not, never narrowed', async () => {
      const world = await makeWorld(muster, `names ${newIdentifier()}`);
      const call = await world.tokenFor('Support');
      const userOf = (units: readonly string[]) => userBody('named', { [musterUserUrn]: { units } });
      const groupOf = (units: readonly string[]) => groupBody('named', { [musterGroupUrn]: { units } });
      const before = await everythingOf(world);
      const answers = [];
      for (const units of [['Research'], ['Support', 'Research'], ['No such unit'], ['support', 'RESEARCH']]) {
        answers.push(
          await call('POST', '/Users', userOf(units)),
          await call('POST', '/Groups', groupOf(units)),
          await call('PUT', `/Users/${world.users.support.id}`, userOf(units)),
          await call('PUT', `/Groups/${world.groups.support.id}`, groupOf(units)),
          await call(
            'PATCH',
            `/Users/${world.users.support.id}`,
            patchBody({ op: 'add', path: `${musterUserUrn}:units`, value: units }),
          ),
          await call(
            'PATCH',
            `/Groups/${world.groups.support.id}`,
            patchBody({ op: 'replace', value: { [musterGroupUrn]: { units } } }),
          ),
        );
      }
      expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 403));
      expect(new Set(answers.map(comparable)).size).to.equal(1);
      expect(await everythingOf(world)).to.equal(before);
      expect((await call('POST', '/Users', userOf(['SUPPORT']))).status).to.equal(201);
    });

    it('cannot take a resource out of their units', async () => {
      const before = await everythingOf(acme);
      for (const [path, urn] of [
        [`/Users/${acme.users.support.id}`, musterUserUrn],
        [`/Groups/${acme.groups.support.id}`, musterGroupUrn],
      ] as const) {
        for (const operation of [
          { op: 'remove', path: `${urn}:units` },
          { op: 'replace', path: `${urn}:units`, value: [] },
          { op: 'replace', value: { [urn]: { units: ['Research'] } } },
        ]) {
          expect((await support('PATCH', path, patchBody(operation))).status, JSON.stringify(operation)).to.equal(403);
        }
      }
      expect(await everythingOf(acme)).to.equal(before);
    });

    it('see of User.groups the groups in scope alone, direct and indirect (RFC 7643 §4.1.2)', async () => {
      const world = await makeWorld(muster, `nested ${newIdentifier()}`);
      const { users, groups } = world;
      const call = await world.tokenFor('Support');
      await world.call.create(
        '/Groups',
        groupBody('Above', { members: [{ value: groups.support.id }], [musterGroupUrn]: { units: ['Research'] } }),
      );
      const outer = await world.call.create(
        '/Groups',
        groupBody('Around', { members: [{ value: groups.support.id }], [musterGroupUrn]: { units: ['Support'] } }),
      );
      const all = (await world.call.read(`/Users/${users.support.id}`)).groups?.map(({ value }) => value);
      expect(all).to.have.length(6);
      for (const user of [await call.read(`/Users/${users.support.id}`), (await call.read('/Users')).Resources[0]]) {
        expect(user?.groups?.map(({ value }) => value).toSorted()).to.deep.equal(
          [groups.support.id, outer.id].toSorted(),
        );
      }
    });

    it('see of the members of a group the people and groups in scope alone (RFC 7643 §4.2)', async () => {
      const { users, groups } = acme;
      const seen = [await support.read(`/Groups/${groups.support.id}`), (await support.read('/Groups')).Resources[0]];
      for (const group of seen) expect(group?.members?.map(({ value }) => value)).to.deep.equal([users.support.id]);
      expect((await acme.call.read(`/Groups/${groups.support.id}`)).members).to.have.length(4);
      const more = (await both.read(`/Groups/${groups.shared.id}`)).members?.map(({ value }) => value).toSorted();
      expect(more).to.deep.equal([users.support.id, users.research.id, users.shared.id].toSorted());
    });

    for (const [title, method, body] of [
      ['PUT without members', 'PUT', () => groupBody('Emptied')],
      ['PATCH that removes all members', 'PATCH', () => patchBody({ op: 'remove', path: 'members' })],
      [
        'PATCH that replaces all members',
        'PATCH',
        ({ users }: World) => patchBody({ op: 'replace', path: 'members', value: [{ value: users.support.id }] }),
      ],
      [
        'PATCH that removes members by a filter',
        'PATCH',
        () => patchBody({ op: 'remove', path: 'members[display sw "P"]' }),
      ],
    ] as const) {
      it(`leave members alone that they do not see: ${title} (RFC 7644 §3.5)`, async () => {
        const world = await makeWorld(muster, `hidden ${newIdentifier()}`);
        const call = await world.tokenFor('Support');
        expect((await call(method, `/Groups/${world.groups.support.id}`, body(world))).status).to.be.oneOf([200, 204]);
        const left = (await world.call.read(`/Groups/${world.groups.support.id}`)).members?.map(({ value }) => value);
        expect(left).to.include.members(outside.map((place) => world.users[place].id));
      });
    }

    const blind: readonly (readonly [string, (world: World) => string])[] = [
      ['/Users', ({ groups }) => `groups.value eq "${groups.research.id}"`],
      ['/Users', ({ groups }) => `groups[value eq "${groups.none.id}"]`],
      ['/Users', () => 'groups.display co "research"'],
      ['/Users', ({ groups }) => `groups.$ref co "${groups.shared.id}"`],
      ['/Users', () => `${musterUserUrn}:units eq "Research"`],
      ['/Users', () => 'userName co "research"'],
      ['/Users', ({ users }) => `id eq "${users.none.id}"`],
      ['/Users', () => `${enterpriseUrn}:employeeNumber eq "staff-acme-shared"`],
      ['/Groups', ({ users }) => `members.value eq "${users.research.id}"`],
      ['/Groups', ({ users }) => `members[value eq "${users.none.id}"]`],
      ['/Groups', () => 'members.display co "research"'],
      ['/Groups', ({ users }) => `members.$ref co "${users.shared.id}"`],
      ['/Groups', () => `${musterGroupUrn}:units eq "Research"`],
      ['/Groups', () => 'displayName eq "Group acme-research"'],
    ];
    it('find nothing by what is out of scope, and what they have by not asking for it (RFC 7644 §3.4.2.2)', async () => {
      for (const [path, filter] of blind) {
        const text = filter(acme);
        expect((await support.read(filtered(path, text))).totalResults, text).to.equal(0);
        expect((await support.read(filtered(path, `not (${text})`))).totalResults, `not ${text}`).to.equal(1);
        expect((await acme.call.read(filtered(path, text))).totalResults, `${text} for the client`).to.be.above(0);
      }
    });

    it('learn nothing from an order by what is out of scope (RFC 7644 §3.4.2.3)', async () => {
      const world = await makeWorld(muster, `orders ${newIdentifier()}`);
      const call = await world.tokenFor('Support');
      const first = world.users.support;
      const second = await call.create('/Users', userBody('second'));
      const ordersSeen = async () => {
        const pages = ['ascending', 'descending'].map((order) =>
          call.read(`/Users?sortBy=groups.display&sortOrder=${order}`),
        );
        return (await Promise.all(pages)).map((page) => page.Resources.map(({ id }) => id));
      };
      await world.call('DELETE', `/Groups/${world.groups.support.id}`);
      const before = await ordersSeen();
      for (const [name, member] of [
        ['A first name', second],
        ['Z last name', first],
      ] as const) {
        const body = groupBody(name, { [musterGroupUrn]: { units: ['Research'] }, members: [{ value: member.id }] });
        const { id } = await world.call.create('/Groups', body);
        expect(await ordersSeen()).to.deep.equal(before);
        await world.call(
          'PATCH',
          `/Groups/${id}`,
          patchBody({ op: 'replace', path: 'members', value: [{ value: first.id }] }),
        );
        expect(await ordersSeen()).to.deep.equal(before);
      }
    });

    it('make a new person where a leaver of the same userName is out of scope', async () => {
      const world = await makeWorld(muster, `returns ${newIdentifier()}`);
      const call = await world.tokenFor('Support');
      const { id, ['userName']: userName } = world.users.research;
      await world.call('DELETE', `/Users/${id}`);
      const made = await call.create('/Users', userBody(String(userName)));
      expect(made.id).not.to.equal(id);
      expect(made[musterUserUrn]).to.deep.include({ units: ['Support'] });
    });

    it('see a deleted person of another unit as unknown', async () => {
      const world = await makeWorld(muster, `gone ${newIdentifier()}`);
      const call = await world.tokenFor('Support');
      for (const place of outside) await world.call('DELETE', `/Users/${world.users[place].id}`);
      for (const path of ['/Users', `${muster.apiUrl}/users`]) {
        const unknown = comparable(await call('GET', `${path}/${newIdentifier()}`));
        for (const place of outside) {
          expect(comparable(await call('GET', `${path}/${world.users[place].id}`)), path).to.equal(unknown);
        }
      }
    });

    it('may use the name of a group of other units, and not that of one of their own (409 uniqueness)', async () => {
      const world = await makeWorld(muster, `titles ${newIdentifier()}`);
      const call = await world.tokenFor('Support');
      const nameOf = (place: Place) => String(world.groups[place]['displayName']);
      for (const place of outside)
        expect((await call('POST', '/Groups', groupBody(nameOf(place)))).status).to.equal(201);
      const taken = await call('POST', '/Groups', groupBody(nameOf('support').toUpperCase()));
      expect([taken.status, taken.body.scimType]).to.deep.equal([409, 'uniqueness']);
    });

    it('lose nothing and gain nothing when another unit of theirs ends: no token becomes wider', async () => {
      const world = await makeWorld(muster, `ends ${newIdentifier()}`);
      const call = await world.tokenFor('Support', 'Research');
      const only = await world.tokenFor('Research');
      await muster.endUnit(world.client, 'Research');
      expect((await only('GET', '/Users')).status).to.equal(401);
      const seen = (await call.read('/Users')).Resources.map(({ id }) => id);
      expect(seen).to.deep.equal([world.users.support.id]);
      for (const place of outside) expect((await call('GET', `/Users/${world.users[place].id}`)).status).to.equal(403);
      expect(Object.keys(places)).to.include(outside[0]);
    });
  });
});
