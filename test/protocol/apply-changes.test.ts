import { expect } from 'chai';
import { groupType, userType } from '../../src/schema/resource-type.js';
import { patched, strict, tolerant } from '../support/patch.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const musterUser = 'urn:ietf:params:scim:schemas:extension:muster:2.0:User';

const home = { value: 'babs@jensen.org', type: 'home' };
const work = { value: 'bjensen@example.com', type: 'work', primary: true };
const universal = {
  type: 'work',
  streetAddress: '911 Universal City Plaza',
  locality: 'Hollywood',
  region: 'CA',
  postalCode: '91608',
  country: 'US',
  formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
  primary: true,
};

interface Case {
  readonly title: string;
  readonly before: Record<string, unknown>;
  readonly operations: readonly unknown[];
  readonly after: Record<string, unknown>;
  /** Taken to be the same as with `after` for a strict client, unless it is refused with this. */
  readonly strictly?: string;
}

const cases: readonly Case[] = [
  // RFC 7644 §3.5.2.1
  {
    title: 'adds attributes without a path (RFC 7644 §3.5.2.1)',
    before: { emails: [work], nickName: 'Barbara' },
    operations: [{ op: 'add', value: { emails: [home], nickname: 'Babs' } }],
    after: { emails: [work, home], nickName: 'Babs' },
  },
  {
    title: 'adds an attribute that does not exist (RFC 7644 §3.5.2.1)',
    before: {},
    operations: [{ op: 'add', path: 'title', value: 'Dr' }],
    after: { title: 'Dr' },
  },
  {
    title: 'replaces a single value by add (RFC 7644 §3.5.2.1)',
    before: { title: 'Ms' },
    operations: [{ op: 'add', path: 'title', value: 'Dr' }],
    after: { title: 'Dr' },
  },
  {
    title: 'adds sub-attributes of a complex attribute (RFC 7644 §3.5.2.1)',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'add', path: 'name', value: { familyName: 'C', middleName: 'D' } }],
    after: { name: { givenName: 'A', familyName: 'C', middleName: 'D' } },
  },
  {
    title: 'adds a value that is there without a change (RFC 7644 §3.5.2.1)',
    before: { emails: [work, home] },
    operations: [{ op: 'add', path: 'emails', value: [{ type: 'home', value: 'BABS@jensen.org' }] }],
    after: { emails: [work, home] },
  },
  {
    title: 'adds one value given as an object (RFC 7644 §3.5.2.1)',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: home }],
    after: { emails: [work, home] },
  },
  {
    title: 'adds to a multi-valued attribute without values (RFC 7644 §3.5.2.1)',
    before: {},
    operations: [{ op: 'add', path: 'emails', value: [home] }],
    after: { emails: [home] },
  },
  {
    title: 'adds an attribute under its qualified name (RFC 7644 §3.5.2)',
    before: {},
    operations: [{ op: 'add', path: `${enterprise}:employeeNumber`, value: '701984' }],
    after: { [enterprise]: { employeeNumber: '701984' } },
  },
  {
    title: 'adds attributes of an extension in a path-less value (RFC 7644 §3.5.2)',
    before: { [enterprise]: { department: 'A', costCenter: 'C' } },
    operations: [{ op: 'add', value: { [enterprise]: { department: 'B', manager: { value: '26118915' } } } }],
    after: { [enterprise]: { department: 'B', costCenter: 'C', manager: { value: '26118915' } } },
  },
  {
    title: 'adds an attribute of an extension under its qualified name in a path-less value (RFC 7644 §3.10)',
    before: {},
    operations: [{ op: 'add', value: { [`${enterprise.toUpperCase()}:department`]: 'B' } }],
    after: { [enterprise]: { department: 'B' } },
  },
  {
    title: 'adds a sub-attribute of the values that match (RFC 7644 §3.5.2.1)',
    before: { emails: [work, home] },
    operations: [{ op: 'add', path: 'emails[type eq "home"].display', value: 'Private' }],
    after: { emails: [work, { ...home, display: 'Private' }] },
  },
  {
    title: 'adds sub-attributes to the value that matches (RFC 7644 §3.5.2.1)',
    before: { emails: [home] },
    operations: [{ op: 'add', path: 'emails[type eq "home"]', value: { display: 'Private' } }],
    after: { emails: [{ ...home, display: 'Private' }] },
  },
  {
    title: 'adds a value that no filter finds from what the filter says (Entra ID)',
    before: { emails: [home] },
    operations: [{ op: 'add', path: 'emails[type eq "work"].value', value: 'a@x' }],
    after: { emails: [home, { type: 'work', value: 'a@x' }] },
  },
  {
    title: 'adds nothing where the value is null (RFC 7643 §2.5)',
    before: { title: 'Dr', emails: [home] },
    operations: [{ op: 'add', value: { title: null, emails: [] } }],
    after: { title: 'Dr', emails: [home] },
  },
  // RFC 7644 §3.5.2.2
  {
    title: 'removes a single value (RFC 7644 §3.5.2.2)',
    before: { title: 'Dr', nickName: 'B' },
    operations: [{ op: 'remove', path: 'title' }],
    after: { nickName: 'B' },
  },
  {
    title: 'removes all values (RFC 7644 §3.5.2.2)',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails' }],
    after: {},
  },
  {
    title: 'removes the values that match a filter of two terms (RFC 7644 §3.5.2.2)',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }],
    after: { emails: [home] },
  },
  {
    title: 'unassigns the attribute with its last value (RFC 7644 §3.5.2.2)',
    before: { emails: [work] },
    operations: [{ op: 'remove', path: 'emails[type eq "work"]' }],
    after: {},
  },
  {
    title: 'removes nothing where nothing matches (RFC 7644 §3.5.2.2)',
    before: { emails: [home] },
    operations: [
      { op: 'remove', path: 'emails[type eq "work"]' },
      { op: 'remove', path: 'title' },
    ],
    after: { emails: [home] },
  },
  {
    title: 'removes a sub-attribute of the values that match (RFC 7644 §3.5.2.2)',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails[type eq "work"].primary' }],
    after: { emails: [{ value: work.value, type: 'work' }, home] },
  },
  {
    title: 'removes a value whose sub-attributes are all removed (RFC 7644 §3.5.2.2)',
    before: { phoneNumbers: [{ value: '1' }, { value: '2', type: 'fax' }] },
    operations: [{ op: 'remove', path: 'phoneNumbers.value' }],
    after: { phoneNumbers: [{ type: 'fax' }] },
  },
  {
    title: 'removes a sub-attribute of a complex attribute (RFC 7644 §3.5.2.2)',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'remove', path: 'name.givenName' }],
    after: { name: { familyName: 'B' } },
  },
  {
    title: 'unassigns a complex attribute with its last sub-attribute (RFC 7644 §3.5.2.2)',
    before: { name: { givenName: 'A' } },
    operations: [{ op: 'remove', path: 'name.givenName' }],
    after: {},
  },
  {
    title: 'removes an extension as a whole (RFC 7644 §3.5.2.2)',
    before: { title: 'Dr', [enterprise]: { department: 'A', manager: { value: '1' } } },
    operations: [{ op: 'remove', path: enterprise }],
    after: { title: 'Dr' },
  },
  {
    title: 'removes the values of a list (Entra ID)',
    before: { roles: [{ value: 'A', display: 'a' }, { value: 'B' }] },
    operations: [{ op: 'remove', path: 'roles', value: [{ value: 'a' }] }],
    after: { roles: [{ value: 'B' }] },
    strictly: 'invalidValue',
  },
  // RFC 7644 §3.5.2.3
  {
    title: 'replaces all values of several attributes without a path (RFC 7644 §3.5.2.3)',
    before: { emails: [{ value: 'old@x' }], nickName: 'B', title: 'Dr' },
    operations: [{ op: 'replace', value: { emails: [work, home], nickname: 'Babs' } }],
    after: { emails: [work, home], nickName: 'Babs', title: 'Dr' },
  },
  {
    title: 'replaces the entire work address and clears primary on the others (RFC 7644 §3.5.2.3)',
    before: {
      addresses: [
        { type: 'home', locality: 'Oslo', primary: true },
        { type: 'work', locality: 'Bergen', streetAddress: 'x' },
      ],
    },
    operations: [{ op: 'replace', path: 'addresses[type eq "work"]', value: universal }],
    after: { addresses: [{ type: 'home', locality: 'Oslo', primary: false }, universal] },
  },
  {
    title: 'replaces one sub-attribute of the work address (RFC 7644 §3.5.2.3)',
    before: { addresses: [universal] },
    operations: [{ op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' }],
    after: { addresses: [{ ...universal, streetAddress: '1010 Broadway Ave' }] },
  },
  {
    title: 'replaces by leaving unnamed sub-attributes of a complex attribute unchanged (RFC 7644 §3.5.2.3)',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', path: 'name', value: { familyName: 'C' } }],
    after: { name: { givenName: 'A', familyName: 'C' } },
  },
  {
    title: 'replaces an attribute that does not exist as if it were added (RFC 7644 §3.5.2.3)',
    before: {},
    operations: [{ op: 'replace', path: 'name.givenName', value: 'A' }],
    after: { name: { givenName: 'A' } },
  },
  {
    title: 'replaces every value that matches (RFC 7644 §3.5.2.3)',
    before: {
      phoneNumbers: [
        { value: '1', type: 'fax' },
        { value: '2', type: 'work' },
        { value: '3', type: 'fax' },
      ],
    },
    operations: [{ op: 'replace', path: 'phoneNumbers[type eq "FAX"].display', value: 'Fax' }],
    after: {
      phoneNumbers: [
        { value: '1', type: 'fax', display: 'Fax' },
        { value: '2', type: 'work' },
        { value: '3', type: 'fax', display: 'Fax' },
      ],
    },
  },
  {
    title: 'unassigns by replacing with null and with an empty list (RFC 7643 §2.5)',
    before: { title: 'Dr', emails: [work], name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', value: { title: null, emails: [], name: { givenName: null } } }],
    after: { name: { familyName: 'B' } },
  },
  {
    title: 'replaces a value that no filter finds (Entra ID)',
    before: {},
    operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' }],
    after: { emails: [{ type: 'work', value: 'a@x' }] },
    strictly: 'noTarget',
  },
  {
    title: 'creates a primary role that no filter finds (Entra ID)',
    before: { roles: [{ value: 'A' }] },
    operations: [{ op: 'replace', path: 'roles[primary eq true].value', value: 'B' }],
    after: { roles: [{ value: 'A' }, { primary: true, value: 'B' }] },
    strictly: 'noTarget',
  },
  // RFC 7644 §3.5.2
  {
    title: 'clears primary on the others when a primary value is added (RFC 7644 §3.5.2)',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [{ ...home, primary: true }] }],
    after: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    title: 'makes a value that is there the primary one (RFC 7644 §3.5.2)',
    before: { emails: [work, home] },
    operations: [{ op: 'add', path: 'emails', value: [{ ...home, primary: true }] }],
    after: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    title: 'clears primary on the others when it is set at a path (RFC 7644 §3.5.2)',
    before: { emails: [work, home] },
    operations: [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
    after: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    title: 'applies operations in order, each to what the last one left (RFC 7644 §3.5.2)',
    before: { emails: [work] },
    operations: [
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails', value: [home] },
      { op: 'replace', path: 'emails[type eq "home"].type', value: 'other' },
      { op: 'remove', path: 'emails[type eq "home"]' },
    ],
    after: { emails: [{ ...home, type: 'other' }] },
  },
  {
    title: 'passes over read-only sub-attributes of a value (RFC 7643 §2.2)',
    before: {},
    operations: [{ op: 'add', path: `${enterprise}:manager`, value: { value: '42', displayName: 'Boss' } }],
    after: { [enterprise]: { manager: { value: '42' } } },
  },
  {
    title: 'writes to the values of a simple multi-valued attribute (RFC 7644 §3.5.2)',
    before: { [musterUser]: { units: ['Support', 'Research'] } },
    operations: [
      { op: 'add', path: `${musterUser}:units`, value: ['support', 'Sales'] },
      { op: 'remove', path: `${musterUser}:units[value eq "research"]` },
    ],
    after: { [musterUser]: { units: ['Support', 'Sales'] } },
  },
  {
    title: 'keeps one of the values that a replacement makes alike, with its primary mark (RFC 7643 §2.4)',
    before: {
      emails: [
        { value: 'a@x', type: 'work', primary: true },
        { value: 'A@x', type: 'home', display: 'Ada' },
      ],
    },
    operations: [{ op: 'replace', path: 'emails[type eq "home"].type', value: 'work' }],
    after: { emails: [{ value: 'a@x', type: 'work', primary: true, display: 'Ada' }] },
  },
  {
    title: 'keeps one of the values that an addition at a path makes alike (RFC 7643 §2.4)',
    before: {
      emails: [
        { value: 'a@x', type: 'work' },
        { value: 'b@x', type: 'work' },
      ],
    },
    operations: [{ op: 'add', path: 'emails.value', value: 'a@x' }],
    after: { emails: [{ value: 'a@x', type: 'work' }] },
  },
  {
    title: 'keeps one of the values that a removal makes alike (RFC 7643 §2.4)',
    before: {
      emails: [
        { value: 'a@x', type: 'work' },
        { value: 'a@x', type: 'home' },
      ],
    },
    operations: [{ op: 'remove', path: 'emails.type' }],
    after: { emails: [{ value: 'a@x' }] },
  },
  {
    title: 'keeps values that say nothing but how they are displayed apart (RFC 7643 §2.4)',
    before: { roles: [{ display: 'Guide' }] },
    operations: [{ op: 'add', path: 'roles', value: [{ display: 'Actor' }, { display: 'guide' }] }],
    after: { roles: [{ display: 'guide' }, { display: 'Actor' }] },
  },
  {
    title: 'accepts paths that begin with the core schema (RFC 7644 §3.10)',
    before: { title: 'Ms' },
    operations: [{ op: 'replace', path: `${userType.core.id}:title`, value: 'Dr' }],
    after: { title: 'Dr' },
  },
  {
    title: 'takes attribute names in any letter case (RFC 7643 §2.1)',
    before: { name: { familyName: 'B' } },
    operations: [{ op: 'replace', path: 'NAME.FAMILYNAME', value: 'C' }],
    after: { name: { familyName: 'C' } },
  },
];

describe('applyChanges', () => {
  for (const { title, before, operations, after, strictly } of cases) {
    it(`${title} when tolerant`, () => {
      expect(patched(userType, before, operations, tolerant).document).to.deep.equal(after);
    });
    it(`${title}${strictly === undefined ? '' : `: ${strictly}`} when strict`, () => {
      const apply = () => patched(userType, before, operations, strict).document;
      if (strictly === undefined) expect(apply()).to.deep.equal(after);
      else expect(scimTypeOf(apply)).to.equal(strictly);
    });
  }

  it('names the attributes that differ, and no others (RFC 7644 §3.5.2.1)', () => {
    const before = { title: 'Dr', name: { givenName: 'A' }, emails: [work], [enterprise]: { department: 'A' } };
    const operations = [
      { op: 'replace', value: { title: 'Dr', name: { givenName: 'B' }, [enterprise]: { department: 'B' } } },
      { op: 'add', path: 'emails', value: [work] },
      { op: 'remove', path: 'nickName' },
    ];
    expect(patched(userType, before, operations).changed).to.deep.equal(['name', `${enterprise}:department`]);
  });

  it('names nothing where operations undo each other (RFC 7644 §3.5.2.1)', () => {
    const operations = [
      { op: 'add', path: 'title', value: 'Dr' },
      { op: 'remove', path: 'title' },
    ];
    expect(patched(userType, { nickName: 'B' }, operations)).to.deep.equal({
      document: { nickName: 'B' },
      changed: [],
    });
  });

  it('accepts a read-only attribute with the value it has when tolerant, and no other (RFC 7644 §3.5.2)', () => {
    const shown = { id: '42', meta: { resourceType: 'Group', version: 'W/"3"' } };
    const rename = (more: object) => () =>
      patched(groupType, {}, [{ op: 'replace', value: { displayName: 'A', ...more } }], tolerant, shown).document;
    expect(rename({ id: '42', meta: { resourceType: 'Group' } })()).to.deep.equal({ displayName: 'A' });
    expect(scimTypeOf(rename({ id: '43' }))).to.equal('mutability');
    expect(scimTypeOf(rename({ meta: { version: 'W/"4"' } }))).to.equal('mutability');
  });

  it('accepts an empty list of groups for a user in none when tolerant (RFC 7643 §2.5)', () => {
    const operations = [{ op: 'replace', value: { groups: [], title: 'Dr' } }];
    expect(patched(userType, {}, operations, tolerant).document).to.deep.equal({ title: 'Dr' });
    const shown = { groups: [{ value: '1' }] };
    expect(scimTypeOf(() => patched(userType, {}, operations, tolerant, shown))).to.equal('mutability');
  });

  it('refuses to create from a filter that does not say one thing (RFC 7644 §3.5.2.3)', () => {
    for (const filter of ['type eq "work" or type eq "home"', 'value co "x"', 'not (type eq "work")']) {
      const operations = [{ op: 'replace', path: `emails[${filter}].display`, value: 'x' }];
      expect(scimTypeOf(() => patched(userType, {}, operations, tolerant))).to.equal('noTarget');
    }
  });

  it('refuses one primary mark for several values (RFC 7643 §2.4)', () => {
    const operations = [{ op: 'replace', path: 'emails[value pr].primary', value: true }];
    expect(scimTypeOf(() => patched(userType, { emails: [work, home] }, operations))).to.equal('invalidValue');
  });

  it('refuses more than 5,000 values of one attribute', () => {
    const list = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ value: String(from + i) }));
    const replace = [{ op: 'replace', path: 'emails', value: list(0, 5_001) }];
    const add = [
      { op: 'add', path: 'emails', value: list(0, 5_000) },
      { op: 'add', path: 'emails', value: list(5_000, 1) },
    ];
    expect(scimTypeOf(() => patched(userType, {}, replace))).to.equal('invalidValue');
    expect(scimTypeOf(() => patched(userType, {}, add))).to.equal('invalidValue');
  });

  it('takes 1,000 additions to 1,000 values, and refuses as many changes of single ones by filters', () => {
    const emails = Array.from({ length: 1_000 }, (_, i) => ({ value: `${i}@x`, type: 'work' }));
    const adds = Array.from({ length: 1_000 }, (_, i) => ({
      op: 'add',
      path: 'emails',
      value: [{ value: `new${i}@x` }],
    }));
    const sets = Array.from({ length: 1_000 }, (_, i) => ({
      op: 'replace',
      path: `emails[value eq "${i}@x"].display`,
      value: String(i),
    }));
    const mixed = adds.slice(0, 500).flatMap((add, i) => [add, sets[i]]);
    expect(patched(userType, { emails }, adds).document['emails']).to.have.length(2_000);
    const outcomes = [sets.slice(0, 40), sets, mixed].map((operations) =>
      scimTypeOf(() => patched(userType, { emails }, operations)),
    );
    expect(outcomes).to.deep.equal(['accepted', 'invalidValue', 'invalidValue']);
  });

  it('answers operations that would compare too much before they take long', () => {
    const emails = Array.from({ length: 5_000 }, (_, i) => ({ value: `${i}@x` }));
    const path = `emails[${Array.from({ length: 40 }, (_, i) => `value ne "${i}"`).join(' and ')}].display`;
    const operations = (count: number) => Array.from({ length: count }, () => ({ op: 'replace', path, value: 'x' }));
    expect(scimTypeOf(() => patched(userType, { emails }, operations(90)))).to.equal('invalidValue');
    expect(scimTypeOf(() => patched(userType, {}, operations(1_000)))).to.equal('invalidPath');
  });

  it('never touches a prototype', () => {
    const value: unknown = JSON.parse(
      '{"__proto__": {"title": "x"}, "name": {"__proto__": {"givenName": "x"}, "constructor": 1}}',
    );
    expect(patched(userType, {}, [{ op: 'add', value }], tolerant).document).to.deep.equal({});
    expect(({} as Record<string, unknown>)['title']).to.equal(undefined);
  });
});
