import { personBody, personId, personKeys, staffGroupId } from '../../test/support/staff.js';
import { userType } from '../../src/schema/resource-type.js';
import { userSchema } from '../../src/schema/schema-documents.js';
import { digestQuery, sealCursor } from '../../src/protocol/cursor.js';
import { readListQuery } from '../../src/protocol/list-query.js';

/** One HTTP request. `path` is below the base URL of the target. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: string;
}

/** The client that is worked on. */
export interface Tenant {
  readonly clientId: string;
  readonly users: number;
  readonly cursorSecret: Buffer;
  /** How many members the groups have that were seeded. */
  readonly groups: readonly number[];
}

/** A kind of work: the table of these is what the benchmark measures. */
export interface WorkItem {
  readonly name: string;
  /** How many members its group has; it is left out for clients with fewer users. */
  readonly members?: number;
  /** Makes the requests: the `sequence`-th of them, counted from 0 over the whole run, without a gap. */
  readonly prepare: (tenant: Tenant) => (sequence: number) => WireRequest;
  /** The status of a request that did its work. */
  readonly expect: readonly number[];
  /** At how many at a time it is measured, in place of what the options say; more than that for `also`. */
  readonly concurrency?: readonly number[];
  readonly alsoAt?: number;
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const pageSize = 100;
const bulkSize = 1_000;
/** How far into the client pages are read that lie deep. */
const deep = 0.9;

/** A person that no recent request was about, so that no cache of one row helps. */
function scattered(sequence: number, users: number): number {
  return (sequence * 7_919) % users;
}

function lookup(name: string, filterOf: (index: number) => string): WorkItem {
  return {
    name,
    expect: [200],
    prepare:
      ({ users }) =>
      (sequence) => ({
        method: 'GET',
        path: `/Users?filter=${encodeURIComponent(filterOf(scattered(sequence, users)))}`,
      }),
  };
}

function patchOf(path: string, operation: object): WireRequest {
  return { method: 'PATCH', path, body: JSON.stringify({ schemas: [patchSchema], Operations: [operation] }) };
}

function groupPath({ groups }: Tenant, members: number): string {
  return `/Groups/${staffGroupId(groups.indexOf(members))}`;
}

/** Who is in no group that was seeded: the last hundred of the client. */
const strangers = 100;

/** How many members a group gets that shall have so many: nobody is a stranger in a group of everybody. */
export function membersSeeded(members: number, users: number): number {
  return Math.min(members, users - strangers);
}

/** Adds a member and takes the same one away again, in turn, so that the group keeps its size. */
function changeMembers(members: number): WorkItem {
  return {
    name: `group of ${members.toLocaleString('en')}: add or remove a member`,
    members,
    expect: [200, 204],
    prepare: (tenant) => {
      const path = groupPath(tenant, members);
      return (sequence) => {
        const value = personId(tenant.users - strangers + scattered(sequence >> 1, strangers));
        if (sequence % 2 === 0) return patchOf(path, { op: 'add', path: 'members', value: [{ value }] });
        return patchOf(path, { op: 'remove', path: `members[value eq "${value}"]` });
      };
    },
  };
}

/** Replaces what a group says of itself; its members stay. */
function renameGroup(members: number): WorkItem {
  return {
    name: `group of ${members.toLocaleString('en')}: replace its externalId`,
    members,
    expect: [200, 204],
    prepare: (tenant) => (sequence) =>
      patchOf(groupPath(tenant, members), { op: 'replace', path: 'externalId', value: `external ${sequence}` }),
  };
}

/** Replaces all members by a list that leaves out another one each time. */
function replaceMembers(members: number): WorkItem {
  return {
    name: `group of ${members.toLocaleString('en')}: replace all members`,
    members,
    expect: [200, 204],
    prepare: (tenant) => (sequence) => {
      const value = Array.from({ length: members }, (_, index) => ({ value: personId(index) }));
      value.splice(sequence % members, 1);
      return patchOf(groupPath(tenant, members), { op: 'replace', path: 'members', value });
    },
  };
}

const create: WorkItem = {
  name: 'create',
  expect: [201],
  alsoAt: 64,
  prepare:
    ({ users }) =>
    (sequence) => ({ method: 'POST', path: '/Users', body: JSON.stringify(personBody(users + sequence)) }),
};

/** People whom no other work makes. */
const firstOfBulk = 100_000_000;

const bulk: WorkItem = {
  name: 'Bulk of 1,000 creates',
  expect: [200],
  concurrency: [1],
  prepare: () => (sequence) => ({
    method: 'POST',
    path: '/Bulk',
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: bulkSize }, (_, index) => bulkCreate(sequence * bulkSize + index)),
    }),
  }),
};

function bulkCreate(index: number): object {
  const { userName, workEmail } = personKeys(firstOfBulk + index);
  const emails = [{ value: workEmail, type: 'work', primary: true }];
  const name = { givenName: 'Ada', familyName: `Bulk ${index}` };
  const data = { schemas: [userSchema.id], userName, name, emails, active: true };
  return { method: 'POST', path: '/Users', bulkId: `b${index}`, data };
}

const read: WorkItem = {
  name: 'read by id',
  expect: [200],
  prepare:
    ({ users }) =>
    (sequence) => ({ method: 'GET', path: `/Users/${personId(scattered(sequence, users))}` }),
};

/** Deactivates a person and activates the same one again, in turn. */
const patchActive: WorkItem = {
  name: 'PATCH active',
  expect: [200],
  prepare:
    ({ users }) =>
    (sequence) => {
      const path = `/Users/${personId(scattered(sequence >> 1, users))}`;
      return patchOf(path, { op: 'replace', path: 'active', value: sequence % 2 === 1 });
    },
};

const put: WorkItem = {
  name: 'PUT',
  expect: [200],
  prepare:
    ({ users }) =>
    (sequence) => {
      const index = scattered(sequence, users);
      const body = { ...personBody(index), title: `Title ${sequence}` };
      return { method: 'PUT', path: `/Users/${personId(index)}`, body: JSON.stringify(body) };
    },
};

function list(name: string, queryOf: (tenant: Tenant) => string): WorkItem {
  return {
    name,
    expect: [200],
    prepare: (tenant) => () => ({ method: 'GET', path: `/Users?count=${pageSize}${queryOf(tenant)}` }),
  };
}

/** The page by cursor that begins behind so many people, as if all before it had been read. */
function cursorAt({ clientId, cursorSecret, users }: Tenant, read: number): string {
  const query = digestQuery(readListQuery([userType], { count: String(pageSize), cursor: '' }));
  const binding = { secret: cursorSecret, scope: `${clientId},*`, query, count: pageSize, nowMs: Date.now() };
  return sealCursor(binding, { key: null, id: personId(read - 1), totalResults: users });
}

/** The number of the page by cursor that lies deep: page 9,000 where there are a million users. */
export function deepPage(users: number): number {
  return Math.floor((users * deep) / pageSize);
}

/** The names of the work that is compared with each other. */
export const cursorPages = { first: 'page 1 by cursor', deep: 'a page deep by cursor' } as const;

/** Everything that is measured, in the order of the tables. */
export const workItems: readonly WorkItem[] = [
  create,
  bulk,
  read,
  lookup('lookup by userName', (index) => `userName eq "${personKeys(index).userName}"`),
  lookup('lookup by externalId', (index) => `externalId eq "${personKeys(index).externalId}"`),
  lookup('lookup by work e-mail', (index) => `emails[type eq "work"].value eq "${personKeys(index).workEmail}"`),
  patchActive,
  put,
  list('list of 100 at the start', () => ''),
  { ...list('list of 100 deep by index', ({ users }) => `&startIndex=${users * deep}`), concurrency: [1] },
  list(cursorPages.first, () => '&cursor='),
  list(cursorPages.deep, (tenant) => `&cursor=${cursorAt(tenant, (deepPage(tenant.users) - 1) * pageSize)}`),
  ...[10, 1_000, 100_000, 1_000_000].map(changeMembers),
  ...[10, 1_000, 100_000, 1_000_000].map(renameGroup),
  ...[10, 1_000].map(replaceMembers),
];

/** The group sizes that the work needs in a client of so many users, in the order in which they are seeded. */
export function groupSizes(users: number): readonly number[] {
  const sizes = workItems.flatMap(({ members }) => members ?? []);
  return [...new Set(sizes)].filter((members) => members <= users);
}
