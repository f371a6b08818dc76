import { randomUUID } from 'node:crypto';
import { bulkRequestUrn } from './bulk.js';
import { groupBody, musterUserUrn, patchBody, userBody, userUrn } from './scim.js';

/** What heavy requests are about. */
export interface HeavyWorld {
  /** A user and a group that may be changed. */
  readonly user: string;
  readonly group: string;
  /** Some hundred people. */
  readonly people: readonly string[];
}

/** A request that asks for as much work as a message can hold, and how it is answered. */
export interface HeavyRequest {
  readonly title: string;
  readonly method: string;
  /** Below the SCIM base URL. */
  readonly path: string;
  readonly body: object | string | undefined;
  readonly status: number;
}

const times = <Result>(count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => make(index));
const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** As many of a text as fit into so many characters. */
function repeated(part: string, joint: string, length: number): string {
  return times(Math.floor(length / (part.length + joint.length)), () => part).join(joint);
}

/** Requests near every limit, and far beyond some. */
export function heavyRequests({ user, group, people }: HeavyWorld): readonly HeavyRequest[] {
  const post = (title: string, more: object, status: number): HeavyRequest => {
    return { title, method: 'POST', path: '/Users', body: userBody(randomUUID(), more), status };
  };
  const patchOf = (path: string) => (title: string, operations: readonly object[], status: number) => {
    return { title, method: 'PATCH', path, body: patchBody(...operations), status };
  };
  const [patchUser, patchGroup] = [patchOf(`/Users/${user}`), patchOf(`/Groups/${group}`)];
  const read = (title: string, path: string, status: number): HeavyRequest => {
    return { title, method: 'GET', path, body: undefined, status };
  };
  const filter = (text: string) => `/Users?filter=${encodeURIComponent(text)}`;
  const values = (count: number) => times(count, (index) => ({ value: `v${index}` }));
  const members = people.map((value) => ({ value }));
  return [
    post('40,000 values of one attribute', { emails: values(40_000) }, 400),
    post('5,000 values', { emails: values(5_000) }, 201),
    post('9,000 values in two attributes', { emails: values(4_500), phoneNumbers: values(4_500) }, 400),
    post('values in letters that fold', { emails: times(25_000, (index) => ({ value: `ß${index}é@x` })) }, 400),
    post('200,000 empty values', { emails: times(200_000, () => ({})) }, 400),
    post('500,000 numbers', { unknown: times(500_000, () => 1) }, 201),
    post('60,000 attributes', Object.fromEntries(times(60_000, (index) => [`k${index}`, 1])), 201),
    post('100,000 schemas', { schemas: [userUrn, ...times(100_000, (index) => `u${index}`)] }, 400),
    post('60,000 units', { [musterUserUrn]: { units: times(60_000, (index) => `u${index}`) } }, 400),
    post('60,000 letters that fold', { title: 'ß'.repeat(30_000), nickName: '\ufdfa'.repeat(20_000) }, 201),
    post('a long password', { password: 'ab1!'.repeat(200_000) }, 400),
    {
      title: '19,000 members that are nobody',
      method: 'POST',
      path: '/Groups',
      body: groupBody(randomUUID(), { members: times(19_000, () => ({ value: randomUUID() })) }),
      status: 400,
    },
    patchGroup(
      '1,000 replacements of members',
      times(1_000, () => replace(members.slice(0, 15))),
      200,
    ),
    patchGroup(
      '1,000 additions of a member',
      times(1_000, (at) => add(members[at % members.length])),
      204,
    ),
    patchGroup(
      '1,000 filters of members',
      times(1_000, (at) => removeBy(`display co "z${at}"`)),
      400,
    ),
    patchUser(
      '1,000 values, one by one',
      times(1_000, (at) => ({ op: 'add', path: 'emails', value: [{ value: `e${at}` }] })),
      200,
    ),
    patchUser(
      '1,000 changes among 1,000 values',
      times(1_000, (at) => set(`emails[value eq "e${at}"].display`)),
      400,
    ),
    patchUser(
      '1,000 long filters',
      times(1_000, () => set(`emails[${repeated('value eq "a"', ' and ', 900)}].display`)),
      400,
    ),
    patchUser(
      '1,000 lists',
      times(1_000, () => ({ op: 'replace', path: 'emails', value: values(40) })),
      200,
    ),
    patchUser(
      '15,000 operations',
      times(15_000, () => set('title')),
      400,
    ),
    read('a filter of 8 kB', filter(repeated('userName eq "a"', ' or ', 3_000)), 200),
    read('a filter of many values', filter(`emails[${repeated('value co "b"', ' or ', 300)}]`), 200),
    read('brackets', filter(`${'('.repeat(3_000)}userName pr${')'.repeat(3_000)}`), 400),
    read('a page of 500', '/Users?count=500&sortBy=title', 200),
    {
      title: '60,000 attributes to show',
      method: 'POST',
      path: '/Users/.search',
      body: { schemas: [searchUrn], attributes: times(60_000, (index) => `emails.v${index}`), count: 1 },
      status: 200,
    },
    bulk(
      '1,000 people',
      times(1_000, (at) => creation(`b${at}`, { emails: values(10) })),
      200,
    ),
    bulk('40,000 values', [creation('b', { emails: values(40_000) })], 200),
    bulk('30,000 references', [memberCreation(30_000, 300), ...times(300, (at) => creation(`u${at}`))], 200),
    bulk(
      '100,000 operations',
      times(100_000, () => ({ a: 1 })),
      413,
    ),
  ];
}

const add = (member: object | undefined) => ({ op: 'add', path: 'members', value: [member] });
const replace = (members: readonly object[]) => ({ op: 'replace', path: 'members', value: members });
const removeBy = (filter: string) => ({ op: 'remove', path: `members[${filter}]` });
const set = (path: string) => ({ op: 'replace', path, value: 'x' });

function creation(bulkId: string, more: object = {}): object {
  return { method: 'POST', path: '/Users', bulkId, data: userBody(randomUUID(), more) };
}

function memberCreation(count: number, people: number): object {
  const members = times(count, (index) => ({ value: `bulkId:u${index % people}` }));
  return { method: 'POST', path: '/Groups', bulkId: 'g', data: groupBody(randomUUID(), { members }) };
}

function bulk(title: string, operations: readonly object[], status: number): HeavyRequest {
  const body = { schemas: [bulkRequestUrn], Operations: operations };
  return { title: `Bulk: ${title}`, method: 'POST', path: '/Bulk', body, status };
}
