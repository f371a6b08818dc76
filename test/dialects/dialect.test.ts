import { expect } from 'chai';
import { dialectNamed, strict, tolerant } from '../../src/dialects/dialect.js';
import { groupType, userType } from '../../src/schema/resource-type.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const core = userType.core.id;

const patch = (...operations: unknown[]) => ({ schemas: [patchOp], Operations: operations });

const patches: readonly { title: string; sent: unknown[]; meant: unknown[] }[] = [
  {
    title: 'operations with a capital letter (Entra ID)',
    sent: [{ op: 'Add', path: 'title', value: 'Dr' }],
    meant: [{ op: 'add', path: 'title', value: 'Dr' }],
  },
  {
    title: '"False" for a boolean at a path (Entra ID)',
    sent: [{ op: 'Replace', path: 'active', value: 'False' }],
    meant: [{ op: 'replace', path: 'active', value: false }],
  },
  {
    title: '"True" for a boolean in a value without a path (Entra ID)',
    sent: [{ op: 'replace', value: { active: 'True', emails: [{ value: 'a@x', primary: 'true' }] } }],
    meant: [{ op: 'replace', value: { active: true, emails: [{ value: 'a@x', primary: true }] } }],
  },
  {
    title: '"True" for a boolean in the brackets of a path (Entra ID)',
    sent: [{ op: 'add', path: 'roles[primary eq "True"].value', value: 'Admin' }],
    meant: [{ op: 'add', path: 'roles[primary eq true].value', value: 'Admin' }],
  },
  {
    title: 'a manager as a bare string (Entra ID)',
    sent: [{ op: 'add', path: `${enterprise}:manager`, value: '42' }],
    meant: [{ op: 'add', path: `${enterprise}:manager`, value: { value: '42' } }],
  },
  {
    title: 'a manager without its schema, as a list of one reference (Entra ID)',
    sent: [{ op: 'add', path: 'manager', value: [{ $ref: 'https://x/Users/42', value: '42' }] }],
    meant: [{ op: 'add', path: `${enterprise}:manager`, value: { $ref: 'https://x/Users/42', value: '42' } }],
  },
  {
    title: 'a single value as a list of one reference (Entra ID)',
    sent: [{ op: 'replace', path: 'active', value: [{ $ref: null, value: 'False' }] }],
    meant: [{ op: 'replace', path: 'active', value: false }],
  },
  {
    title: 'a role as JSON text (Entra ID)',
    sent: [{ op: 'add', path: 'roles', value: '{"id":"1","value":"Admin","displayName":"The Admin"}' }],
    meant: [{ op: 'add', path: 'roles', value: [{ value: 'Admin', display: 'The Admin' }] }],
  },
  {
    title: 'roles whose values are JSON text (Entra ID)',
    sent: [{ op: 'add', path: 'roles', value: [{ value: '{"id":"1","value":"Admin"}' }, '{"value":"Other"}'] }],
    meant: [{ op: 'add', path: 'roles', value: [{ value: 'Admin' }, { value: 'Other' }] }],
  },
  {
    title: 'keys of a value that are paths (Entra ID with its compliance flag)',
    sent: [
      {
        op: 'replace',
        value: {
          displayName: 'A B',
          'name.givenName': 'A',
          [`${enterprise}:department`]: 'B',
          'emails[type eq "work"].primary': 'True',
        },
      },
    ],
    meant: [
      { op: 'replace', value: { displayName: 'A B', [`${enterprise}:department`]: 'B' } },
      { op: 'replace', path: 'name.givenName', value: 'A' },
      { op: 'replace', path: 'emails[type eq "work"].primary', value: true },
    ],
  },
  {
    title: 'an older schema as a key of a value (OneLogin)',
    sent: [{ op: 'replace', value: { 'urn:scim:schemas:extension:enterprise:1.0': { manager: '42' } } }],
    meant: [{ op: 'replace', value: { [enterprise]: { manager: { value: '42' } } } }],
  },
];

const resources: readonly { title: string; sent: unknown; meant: unknown }[] = [
  {
    title: 'booleans as strings (Entra ID)',
    sent: { schemas: [core], active: 'True', emails: [{ value: 'a@x', primary: 'False' }] },
    meant: { schemas: [core], active: true, emails: [{ value: 'a@x', primary: false }] },
  },
  {
    title: 'a manager as a bare string (Entra ID)',
    sent: { schemas: [core, enterprise], [enterprise]: { manager: '42' } },
    meant: { schemas: [core, enterprise], [enterprise]: { manager: { value: '42' } } },
  },
  {
    title: 'roles as JSON text (Entra ID)',
    sent: { roles: ['{"value":"Admin","displayName":"Admin"}'] },
    meant: { roles: [{ value: 'Admin', display: 'Admin' }] },
  },
  {
    title: 'the schema of Active Directory groups (Entra ID)',
    sent: { schemas: [core, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'] },
    meant: { schemas: [core] },
  },
  {
    title: 'schemas of older drafts (OneLogin)',
    sent: { schemas: ['urn:scim:schemas:core:1.0', 'urn:scim:schemas:core:2.0', 'urn:scim:schemas:core:2.0:User'] },
    meant: { schemas: [core] },
  },
];

const filters: readonly { title: string; sent: string; meant: string }[] = [
  { title: 'a value without quotes (Okta)', sent: 'userName eq a@x.com', meant: 'userName eq "a@x.com"' },
  {
    title: 'a number for a text (Okta)',
    sent: `${enterprise}:employeeNumber eq 12`,
    meant: `${enterprise}:employeeNumber eq "12"`,
  },
  { title: 'a trailing ampersand (OneLogin)', sent: 'userName eq "a" & ', meant: 'userName eq "a"' },
  { title: 'a boolean with a capital letter', sent: 'active eq True', meant: 'active eq true' },
  { title: 'a boolean in quotes (Entra ID)', sent: 'active eq "True"', meant: 'active eq true' },
  {
    title: 'a manager without its schema (Entra ID)',
    sent: 'id eq "1" and manager eq "2"',
    meant: `id eq "1" and ${enterprise}:manager.value eq "2"`,
  },
];

const untouched: readonly string[] = [
  'userName eq "a"',
  'userName eq "a \\" eq b"',
  'not (active eq true) and emails[type eq "work" and value co "@x"]',
  'meta.lastModified gt "2011-05-13T04:42:34Z"',
  'managerial eq "x" or title pr',
  'userName eq "unterminated',
  'userName eq',
  'active eq null',
  '((((',
  '',
];

describe('dialects', () => {
  for (const { title, sent, meant } of patches) {
    it(`tolerant reads in PATCH: ${title}`, () => {
      expect(tolerant.rewritePatch(userType, patch(...sent))).to.deep.equal(patch(...meant));
    });
    it(`strict leaves as it is in PATCH: ${title}`, () => {
      expect(strict.rewritePatch(userType, patch(...sent))).to.deep.equal(patch(...sent));
    });
  }
  for (const { title, sent, meant } of resources) {
    it(`tolerant reads in a resource: ${title}`, () => {
      expect(tolerant.rewriteResource(userType, sent)).to.deep.equal(meant);
    });
    it(`strict leaves as it is in a resource: ${title}`, () => {
      expect(strict.rewriteResource(userType, sent)).to.equal(sent);
    });
  }
  for (const { title, sent, meant } of filters) {
    it(`tolerant reads in a filter: ${title}`, () => {
      expect(tolerant.rewriteFilter(sent)).to.equal(meant);
    });
    it(`strict leaves as it is in a filter: ${title}`, () => {
      expect(strict.rewriteFilter(sent)).to.equal(sent);
    });
  }
  for (const text of untouched) {
    it(`tolerant leaves the filter ${JSON.stringify(text)} to the parser (RFC 7644 §3.4.2.2)`, () => {
      expect(tolerant.rewriteFilter(text)).to.equal(text);
    });
  }

  it('is chosen by the name stored with the token', () => {
    expect(dialectNamed('strict')).to.equal(strict);
    expect(dialectNamed('tolerant')).to.equal(tolerant);
    expect(strict.unknown).to.equal('refuse');
    expect(tolerant.unknown).to.equal('ignore');
  });

  it('maps a draft schema of a group to the group schema (OneLogin)', () => {
    const sent = { schemas: ['urn:scim:schemas:core:1.0'], displayName: 'A' };
    expect(tolerant.rewriteResource(groupType, sent)).to.deep.equal({ schemas: [groupType.core.id], displayName: 'A' });
  });

  it('never changes its input', () => {
    const deepFreeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
      return value;
    };
    for (const { sent } of patches) tolerant.rewritePatch(userType, deepFreeze(patch(...sent)));
    for (const { sent } of resources) tolerant.rewriteResource(userType, deepFreeze(sent));
  });

  it('passes on what is no message at all, for the protocol layer to refuse (RFC 7644 §3.12)', () => {
    for (const body of [null, 1, 'x', [], [null], true]) {
      expect(tolerant.rewritePatch(userType, body)).to.equal(body);
      expect(tolerant.rewriteResource(userType, body)).to.equal(body);
    }
    expect(tolerant.rewritePatch(userType, { Operations: [null] })).to.deep.equal({ Operations: [null] });
  });

  it('keeps a "__proto__" of the body an ordinary key', () => {
    const body: unknown = JSON.parse('{"__proto__": {"active": "True"}, "name": {"__proto__": 1}}');
    const rewritten = tolerant.rewriteResource(userType, body);
    expect(JSON.stringify(rewritten)).to.equal(JSON.stringify(body));
    expect(({} as Record<string, unknown>)['active']).to.equal(undefined);
  });

  it('rewrites hostile filters of 64 kB in linear time', () => {
    const hostile = ['"', '\\', '(', 'a eq ', '"\\', 'a eq "', ' ', '&', ' &', '[a', 'a.b:'];
    const started = performance.now();
    for (const text of hostile) tolerant.rewriteFilter(text.repeat(65_536 / text.length));
    expect(performance.now() - started).to.be.below(5_000);
  });
});

describe('what will be refused for its size', () => {
  const email = { value: 'a@x', primary: 'True' };
  const many = (count: number): unknown[] => Array.from({ length: count }, () => email);

  it('is not rewritten: more than 5,000 values of one attribute', () => {
    const [within, beyond] = [5_000, 5_001].map((count) => ({ emails: many(count) }));
    expect(tolerant.rewriteResource(userType, within)).to.have.nested.property('emails[0].primary', true);
    expect(tolerant.rewriteResource(userType, beyond)).to.equal(beyond);
  });

  it('is not rewritten: more than 1,000 operations', () => {
    const operations = (count: number) => patch(...Array.from({ length: count }, () => ({ op: 'Add', path: 'title' })));
    expect(tolerant.rewritePatch(userType, operations(1_000))).to.have.nested.property('Operations[0].op', 'add');
    expect(tolerant.rewritePatch(userType, operations(1_001))).to.have.nested.property('Operations[0].op', 'Add');
  });

  it('is not rewritten: comparisons in paths behind the first 4,000', () => {
    const filter = Array.from({ length: 50 }, () => 'primary eq "True"').join(' or ');
    const body = patch(...Array.from({ length: 100 }, () => ({ op: 'remove', path: `emails[${filter}]` })));
    const meant = tolerant.rewritePatch(userType, body);
    expect(meant).to.have.nested.property('Operations[79].path').that.does.not.include('"True"');
    expect(meant).to.have.nested.property('Operations[99].path', `emails[${filter}]`);
  });

  it('but members of a group are, however many', () => {
    const members = Array.from({ length: 6_000 }, () => ({ value: 'a', type: ['User'] }));
    const meant = tolerant.rewriteResource(groupType, { members: [...members, { value: [{ value: 'b' }] }] });
    expect(meant).to.have.nested.property('members[6000].value', 'b');
  });
});
