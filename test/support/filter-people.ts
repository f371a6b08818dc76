import type { ResourceDocument } from '../../src/schema/document.js';
import type { World, WorldGroup, WorldResource } from './filter-world.js';

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const musterUser = 'urn:ietf:params:scim:schemas:extension:muster:2.0:User';
export const musterGroup = 'urn:ietf:params:scim:schemas:extension:muster:2.0:Group';

/** The people and groups that the table of filters speaks of, by nickname. */
export const ids = {
  barbara: '2819c223-7f76-453a-919d-413861904646',
  omalley: 'a0000000-0000-4000-8000-000000000002',
  strasse: 'a0000000-0000-4000-8000-000000000003',
  quote: 'a0000000-0000-4000-8000-000000000004',
  emoji: 'a0000000-0000-4000-8000-000000000005',
  gone: 'a0000000-0000-4000-8000-000000000006',
  inactive: 'a0000000-0000-4000-8000-000000000007',
  long: 'a0000000-0000-4000-8000-000000000008',
  bare: 'a0000000-0000-4000-8000-000000000009',
  mandy: '26118915-6090-4610-87e4-49d8ca9f808d',
  employees: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
  contractors: 'b0000000-0000-4000-8000-000000000002',
  everyone: 'b0000000-0000-4000-8000-000000000003',
  hollow: 'b0000000-0000-4000-8000-000000000004',
} as const;

export type Nickname = keyof typeof ids;

const created = '2010-01-23T04:56:22.000Z';
const modified = '2011-05-13T04:42:34.000Z';

export const longText = `${'l'.repeat(300)}ong`;
export const otherLongText = `${'l'.repeat(300)}onger`;

function user(name: Nickname, document: ResourceDocument, extras: Partial<WorldResource> = {}): WorldResource {
  const active = { active: true, ...document };
  return {
    id: ids[name],
    version: 1,
    document: active,
    createdAt: created,
    lastModified: modified,
    units: [],
    ...extras,
  };
}

function group(name: Nickname, document: ResourceDocument, extras: Partial<WorldGroup> = {}): WorldGroup {
  const times = { createdAt: created, lastModified: modified };
  return { id: ids[name], version: 1, document, ...times, units: [], users: [], groups: [], ...extras };
}

const barbara: ResourceDocument = {
  userName: 'bjensen@example.com',
  externalId: 'Ext-701984',
  name: { formatted: 'Ms. Barbara J Jensen, III', familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Babs Jensen',
  title: 'Tour Guide',
  userType: 'Employee',
  profileUrl: 'https://login.example.com/bjensen',
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  phoneNumbers: [{ value: 'tel:555-555-5555', type: 'work' }],
  ims: [{ value: 'someaimhandle', type: 'aim' }],
  addresses: [
    { type: 'work', locality: 'Hollywood', postalCode: '91608', primary: true },
    { type: 'home', locality: 'Hollywood', postalCode: '91609' },
  ],
  roles: [{ value: 'Guide' }, { value: 'Admin', primary: true }],
  [enterprise]: {
    employeeNumber: '701984',
    department: 'Tour Operations',
    manager: { value: ids.mandy, displayName: 'Mandy Pepperidge' },
  },
  [musterUser]: { openId: 'OIDC|Barbara' },
};

const users: readonly WorldResource[] = [
  user('barbara', barbara, { version: 10, units: ['Support'], lastModified: '2024-05-13T04:42:34.123Z' }),
  user('omalley', {
    userName: 'J.OMalley',
    name: { familyName: "O'Malley", givenName: 'Jay' },
    title: 'Intern',
    userType: 'Intern',
    emails: [{ value: 'omalley@example.org', type: 'work' }, { type: 'other' }],
    ims: [{ value: 'x@foo.com', type: 'xmpp' }],
    roles: [{ value: 'admin' }, { value: 'Sleeping' }, { value: 'retired', type: 'old' }],
  }),
  user('strasse', {
    userName: 'Straße@example.com',
    displayName: 'STRASSE',
    name: { familyName: 'ÉCOLE' },
    title: '',
    locale: 'İstanbul',
    [enterprise]: { costCenter: 'ΟΔΟΣ' },
  }),
  user('quote', {
    userName: 'we"ird\\name',
    displayName: '100%_done',
    nickName: 'tab\tnew\nline',
    userType: 'EMPLOYEE',
    emails: [{ value: '%@example.com', type: 'home' }],
  }),
  user('emoji', {
    userName: 'zoë😀',
    nickName: '\u{1f600} smile',
    title: '\ue000 private',
    emails: [
      { value: 'zoe@example.com', type: 'home' },
      { value: 'work@zoe.net', type: 'work' },
    ],
  }),
  user(
    'gone',
    { userName: 'gone@example.com', title: 'Tour Guide', emails: [{ value: 'gone@example.com', type: 'work' }] },
    { deleted: true },
  ),
  user(
    'inactive',
    { userName: 'inactive', active: false, roles: [{ value: 'Admin' }] },
    { units: ['Support', 'Research', 'Closed'] },
  ),
  user('long', { userName: longText, externalId: otherLongText, displayName: otherLongText }),
  user(
    'bare',
    { userName: 'bare' },
    { createdAt: '2009-12-31T23:59:59.999Z', lastModified: '2011-05-13T04:42:33.999Z' },
  ),
  user('mandy', {
    userName: 'mpepperidge',
    displayName: 'Mandy Pepperidge',
    emails: [{ value: 'mandy@example.com' }],
    x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx' }],
  }),
];

const groups: readonly WorldGroup[] = [
  group('employees', { displayName: 'Employees' }, { users: [ids.barbara, ids.omalley, ids.gone] }),
  group(
    'contractors',
    { displayName: 'Contractors', externalId: 'C1', [musterGroup]: { description: 'From outside' } },
    { users: [ids.inactive, ids.barbara], units: ['Research'] },
  ),
  group(
    'everyone',
    { displayName: 'Everyone' },
    { groups: [ids.employees, ids.contractors], users: [ids.barbara, ids.mandy], version: 7 },
  ),
  group('hollow', { displayName: otherLongText }, { units: ['Closed'] }),
];

/** The world that the table of filters is about. */
export const people: World = {
  clientId: 'c0000000-0000-4000-8000-000000000001',
  units: [
    { id: 'd0000000-0000-4000-8000-000000000001', name: 'Support' },
    { id: 'd0000000-0000-4000-8000-000000000002', name: 'Research' },
    { id: 'd0000000-0000-4000-8000-000000000003', name: 'Closed', ended: true },
  ],
  roles: [
    { name: 'Guide', active: true, contains: ['Reader', 'Absent'] },
    { name: 'Reader', active: true },
    { name: 'Admin', active: true },
    { name: 'Retired', active: false },
  ],
  users,
  groups,
};
