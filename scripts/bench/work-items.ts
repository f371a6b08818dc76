import { personBody, personId, personKeys, staffGroupId } from '../../test/support/staff.js';

/** One HTTP request. `path` is below the base URL of the target. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: string;
}

/** The client that is worked on. */
export interface Tenant {
  readonly users: number;
  /** The id of the group that was seeded with this many members. */
  readonly groupOf: (members: number) => string;
}

/** A kind of work: the table of these is what the benchmark measures. */
export interface WorkItem {
  readonly name: string;
  /** How many members its group has; it is left out for clients with fewer users. */
  readonly members?: number;
  /** Makes the requests: the `sequence`-th of them, counted from 0 over the whole run, without a gap. */
  prepare(tenant: Tenant): (sequence: number) => WireRequest;
  /** The status of a request that did its work. */
  readonly expect: readonly number[];
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

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

/** Adds a member and takes the same one away again, in turn, so that the group keeps its size. */
function changeMembers(members: number): WorkItem {
  return {
    name: `group of ${members.toLocaleString('en')}: add or remove a member`,
    members,
    expect: [200, 204],
    prepare: ({ users, groupOf }) => {
      const path = `/Groups/${groupOf(members)}`;
      const strangers = users - members;
      return (sequence) => {
        const value = personId(members + scattered(sequence >> 1, strangers));
        if (sequence % 2 === 0) return patchOf(path, { op: 'add', path: 'members', value: [{ value }] });
        return patchOf(path, { op: 'remove', path: `members[value eq "${value}"]` });
      };
    },
  };
}

const create: WorkItem = {
  name: 'create',
  expect: [201],
  prepare:
    ({ users }) =>
    (sequence) => ({ method: 'POST', path: '/Users', body: JSON.stringify(personBody(users + sequence)) }),
};

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

const listFirst: WorkItem = {
  name: 'list of 100 at the start',
  expect: [200],
  prepare: () => () => ({ method: 'GET', path: '/Users?count=100' }),
};

/** Everything that is measured, in the order of the tables. */
export const workItems: readonly WorkItem[] = [
  create,
  read,
  lookup('lookup by userName', (index) => `userName eq "${personKeys(index).userName}"`),
  lookup('lookup by externalId', (index) => `externalId eq "${personKeys(index).externalId}"`),
  lookup('lookup by work e-mail', (index) => `emails[type eq "work"].value eq "${personKeys(index).workEmail}"`),
  patchActive,
  put,
  listFirst,
  changeMembers(10),
  changeMembers(50_000),
];

/** The group sizes that the work needs, in the order in which they are seeded. */
export const groupSizes: readonly number[] = workItems.flatMap(({ members }) => members ?? []);

/** The client as it was seeded with `groupSizes`. */
export function seededTenant(users: number): Tenant {
  return { users, groupOf: (members) => staffGroupId(groupSizes.indexOf(members)) };
}
