import { apiCallerOf, type ApiCaller } from '../support/api.js';
import { makeWorld, places, type Place, type World } from '../support/client-world.js';
import type { Muster } from '../support/muster.js';
import { enterpriseUrn, groupBody, musterGroupUrn, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { rowsOf } from './rows.js';

/** A value by which a request may name a thing. */
export interface Subject {
  /** `user`, `group`, `unit` …: as the marks in the schemas say; `openId`, `unitName` … for values that are no id. */
  readonly kind: string;
  readonly value: string;
  /** The client whose thing it is. */
  readonly client: string;
}

/** A client with one thing of every kind at every place. */
export interface IsolationWorld extends World {
  readonly admin: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly collaborations: Readonly<Record<Place, string>>;
  readonly subjects: readonly Subject[];
  /** The ones at a place. */
  subjectsAt(place: Place): readonly Subject[];
}

const kinds = new Map([
  ['users', 'user'],
  ['groups', 'group'],
  ['units', 'unit'],
  ['tokens', 'token'],
  ['services', 'service'],
  ['invitations', 'invitation'],
  ['clients', 'client'],
]);

/** Makes a client and everything in it; `url` is the database's. The name occurs in all names and keys. */
export async function makeIsolationWorld(muster: Muster, url: string, name: string): Promise<IsolationWorld> {
  const world = await makeWorld(muster, name);
  const { client, call, users, groups } = world;
  const minted = (wish: object) => muster.createToken({ client, ...wish });
  const admin = await minted({ access: 'admin', description: `${name} admin` });
  const api = apiCallerOf(muster, admin.token);
  await muster.createUnit(client, `${name} annex`);
  await call.create('/Users', keyedPerson(name));
  const administrator = await call.create(
    '/Users',
    userBody(`${name}-admin@example.com`, { roles: [{ value: 'ClientAdmin' }] }),
  );
  await call.create('/Groups', groupBody(`Outer ${name}`, { members: [{ value: groups.none.id }] }));
  const leaver = await call.create('/Users', userBody(`${name}-leaver@example.com`));
  await call('DELETE', `/Users/${leaver.id}`);
  const { collaborations, codes } = await makeCollaborations(api, name);
  await makeObjects(api, name, groups.none.id);
  const personal = await minted({ user: users.none.id });
  const office = await minted({ user: administrator.id, access: 'admin' });
  const manager = await makeManager(world, minted);
  const ended = await makeEnded({ ...world, muster }, minted);
  const left = await makeLeaver(world, minted);
  const tokens = {
    read: await minted({ access: 'read' }),
    provision: await minted({}),
    support: await minted({ units: ['Support'], access: 'admin' }),
    research: await minted({ units: ['Research'], access: 'admin' }),
    personal,
    office,
    manager,
    ended,
    left,
    revoked: await minted({ access: 'admin' }),
  };
  await muster.revokeToken(client, tokens.revoked.id);
  const secrets = Object.fromEntries(Object.entries(tokens).map(([key, { token }]) => [key, token]));
  const named = (kind: string, value: string): Subject => ({ kind, value, client });
  const rows = await rowsOf(url, client);
  const subjects = [
    ...rows.flatMap(({ table, columns }) => {
      const kind = kinds.get(table);
      return kind === undefined ? [] : [named(kind, String(columns['id']))];
    }),
    ...Object.values(collaborations).map((id) => named('collaboration', id)),
    ...codes.map((code) => named('code', code)),
    named('unitName', `${name} annex`),
    named('openId', `https://openid.example/${name}`),
    named('employeeNumber', `staff-${name}-keyed`),
    named('userName', `${name}-none@example.com`),
    named('object', `${name}-none`),
    named('clientName', name),
    named('externalId', `ext-${name}-none`),
  ];
  return {
    ...world,
    admin: admin.token,
    tokens: { ...secrets, admin: admin.token },
    collaborations,
    subjects,
    subjectsAt: (place) => [
      named('user', users[place].id),
      named('group', groups[place].id),
      named('collaboration', collaborations[place]),
      named('object', `${name}-${place}`),
      named('employeeNumber', `staff-${name}-${place}`),
      named('userName', `${name}-${place}@example.com`),
      named('externalId', `ext-${name}-${place}`),
    ],
  };
}

type Minting = (wish: object) => Promise<{ readonly id: string; readonly token: string }>;

/** A person who manages the unit Support. */
async function makeManager({ name, call }: World, minted: Minting) {
  const person = await call.create('/Users', userBody(`${name}-manager@example.com`));
  const extension = { kind: 'unit-managers', units: ['Support'] };
  const members = [{ value: person.id }];
  await call.create('/Groups', groupBody(`Managers ${name}`, { members, [musterGroupUrn]: extension }));
  return minted({ user: person.id });
}

/** A token of a unit that has ended. */
async function makeEnded({ name, client, muster }: World & { readonly muster: Muster }, minted: Minting) {
  const unit = await muster.createUnit(client, `${name} closed`);
  const token = await minted({ units: [unit], access: 'admin' });
  await muster.endUnit(client, unit);
  return token;
}

/** A token of a person who was switched off. */
async function makeLeaver({ name, call }: World, minted: Minting) {
  const person = await call.create('/Users', userBody(`${name}-left@example.com`));
  const token = await minted({ user: person.id });
  await call('PATCH', `/Users/${person.id}`, patchBody({ op: 'replace', path: 'active', value: false }));
  return token;
}

function keyedPerson(name: string): object {
  return userBody(`${name}-keyed@example.com`, {
    [musterUserUrn]: { openId: `https://openid.example/${name}` },
    [enterpriseUrn]: { employeeNumber: `staff-${name}-keyed` },
  });
}

async function makeCollaborations(
  api: ApiCaller,
  name: string,
): Promise<{ readonly collaborations: Record<Place, string>; readonly codes: readonly string[] }> {
  const make = async (place: Place) =>
    (await api.create('/collaborations', { name: `Project ${name}-${place}`, units: places[place] })).id;
  const collaborations = {
    support: await make('support'),
    research: await make('research'),
    shared: await make('shared'),
    none: await make('none'),
  };
  await api.create('/services', { name: `Wiki ${name}`, approval: 'auto' });
  const codes: string[] = [];
  for (const id of Object.values(collaborations)) {
    const body = { invites: [`${name}-guest@example.com`] };
    const { text } = await api('PUT', `/collaborations/${id}/invitations`, body);
    // The answer was held against its schema.
    codes.push(...(JSON.parse(text) as readonly { readonly code: string }[]).map(({ code }) => code));
  }
  return { collaborations, codes };
}

async function makeObjects(api: ApiCaller, name: string, group: string): Promise<void> {
  const units: Partial<Record<Place, string>> = { support: 'Support', research: 'Research' };
  for (const place of Object.keys(places) as Place[]) {
    const unit = units[place];
    await api('PUT', `/objects/SEGMENT/${name}-${place}`, unit === undefined ? {} : { unit });
  }
  await api('PUT', `/groups/${group}/permissions`, [
    { objectType: 'SEGMENT', objectId: `${name}-none`, permissions: ['READ'] },
  ]);
}
