import type { Muster, Response } from './muster.js';
import {
  callerOf,
  enterpriseUrn,
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  userBody,
  type Caller,
  type ScimBody,
} from './scim.js';

/** A client with people and groups in Support, in Research, in both and in none; each group holds all four people. */
export interface World {
  readonly name: string;
  readonly client: string;
  readonly call: Caller;
  readonly users: Record<Place, ScimBody>;
  readonly groups: Record<Place, ScimBody>;
  tokenFor(...units: readonly string[]): Promise<Caller>;
}

/** Names of units by place. */
export const places = {
  support: ['Support'],
  research: ['Research'],
  shared: ['Support', 'Research'],
  none: [],
} as const;
/** Where a resource of the world lies: in which units. */
export type Place = keyof typeof places;

/** Makes a client with people and groups at every place. */
export async function makeWorld(muster: Muster, name: string): Promise<World> {
  const client = await muster.createClient(name);
  await muster.license(client, 'Scheduler');
  for (const unit of ['Support', 'Research']) await muster.createUnit(client, unit);
  const call = callerOf(muster, (await muster.createToken({ client })).token);
  const each = async (make: (place: Place) => Promise<ScimBody>) => ({
    support: await make('support'),
    research: await make('research'),
    shared: await make('shared'),
    none: await make('none'),
  });
  const users = await each((place) => {
    const units = places[place].length === 0 ? {} : { [musterUserUrn]: { units: places[place] } };
    const key = `${name}-${place}`;
    return call.create(
      '/Users',
      userBody(`${key}@example.com`, {
        ...units,
        externalId: `ext-${key}`,
        displayName: `Person ${key}`,
        emails: [{ value: `${key}@mail.example`, type: 'work' }],
        roles: [{ value: 'Scheduler' }],
        [enterpriseUrn]: { employeeNumber: `staff-${key}`, department: `dept-${key}` },
      }),
    );
  });
  const members = Object.values(users).map(({ id }) => ({ value: id }));
  const groups = await each((place) => {
    const units = places[place].length === 0 ? {} : { [musterGroupUrn]: { units: places[place] } };
    return call.create('/Groups', groupBody(`Group ${name}-${place}`, { ...units, members }));
  });
  const tokenFor = async (...units: readonly string[]) =>
    callerOf(muster, (await muster.createToken({ client, units })).token);
  return { name, client, call, users, groups, tokenFor };
}

/** All that a client's own token can read, as text. */
export async function everythingOf({ call }: World): Promise<string> {
  const pages = await Promise.all(['/Users?count=500', '/Groups?count=500'].map((path) => call('GET', path)));
  return pages.map(({ text }) => text).join('\n');
}

/** An answer without what is different each time: ids in the order in which they come, instants, request ids. */
export function comparable({ status, headers, text }: Response<unknown>): string {
  const { 'x-request-id': _id, date: _date, 'keep-alive': _alive, ...others } = headers;
  const ids = new Map<string, string>();
  return JSON.stringify([status, others, text])
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!ids.has(id)) ids.set(id, `id${ids.size}`);
      return ids.get(id) ?? '';
    })
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant');
}
