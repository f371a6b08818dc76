import { expect } from 'chai';
import fc from 'fast-check';
import { resolvePath, type AttributePath } from '../../src/schema/attribute-path.js';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import { conformerFor, type ConformOptions } from '../../src/schema/conform.js';
import { schemasOf } from '../../src/schema/document.js';
import { defineResourceType, groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import { enterpriseUserSchema, userSchema } from '../../src/schema/schema-documents.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const coreGroup = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const tolerant: ConformOptions = { unknown: 'ignore' };
const strict: ConformOptions = { unknown: 'refuse' };

const users = conformerFor(userType);
const groups = conformerFor(groupType);

function user(body: object, options = tolerant) {
  return users.resource({ schemas: [core], userName: 'ada', ...body }, options);
}

function path(text: string, type: ResourceType = userType): AttributePath {
  const resolved = resolvePath(type, text);
  if (resolved?.kind !== 'attribute') throw new Error(`${text} is no attribute`);
  return resolved;
}

describe('conforming a body', () => {
  it('writes attribute names in their canonical spelling, whatever the letter case (RFC 7643 §2.1)', () => {
    const body = {
      SCHEMAS: [core.toUpperCase()],
      USERNAME: 'ada',
      Name: { GIVENNAME: 'Ada' },
      [enterprise.toUpperCase()]: { Department: 'Engines', MANAGER: { VALUE: '26', $REF: '../Users/26' } },
    };
    expect(users.resource(body, tolerant)).to.deep.equal({
      userName: 'ada',
      name: { givenName: 'Ada' },
      [enterprise]: { department: 'Engines', manager: { value: '26', $ref: '../Users/26' } },
    });
  });

  it('passes over read-only attributes, also inside complex ones, and their types (RFC 7644 §3.3)', () => {
    const body = {
      id: 7,
      meta: 'x',
      groups: 'y',
      [enterprise]: { manager: { value: '26', displayName: { not: 'a string' } } },
      'urn:ietf:params:scim:schemas:extension:muster:2.0:User': { clientId: 'BETA', effectiveRoles: ['a'] },
    };
    expect(user(body)).to.deep.equal({ userName: 'ada', [enterprise]: { manager: { value: '26' } } });
  });

  it('takes null, empty lists and empty objects as unassigned (RFC 7643 §2.5)', () => {
    const body = { title: null, emails: [], roles: [null, {}, { value: null }], name: {}, [enterprise]: null };
    expect(user(body)).to.deep.equal({ userName: 'ada' });
  });

  it('keeps the password for the directory to take out', () => {
    expect(user({ password: 'correct horse' })).to.have.property('password', 'correct horse');
  });

  it('keeps empty strings of attributes that are not required', () => {
    expect(user({ title: '', externalId: '' })).to.include({ title: '', externalId: '' });
  });

  it('keeps values that are not among the canonical ones (RFC 7643 §7)', () => {
    const emails = [{ value: 'a@example.com', type: 'boat' }];
    expect(user({ emails }, strict)).to.deep.include({ emails });
  });

  it('drops exact duplicates of a list, whatever the order of their members (RFC 7643 §2.4)', () => {
    const emails = [
      { value: 'a@example.com', type: 'work', primary: true },
      { primary: true, type: 'work', value: 'a@example.com' },
      { value: 'a@example.com', type: 'home' },
    ];
    expect(user({ emails })).to.deep.include({ emails: [emails[0], emails[2]] });
    const roles = [{ display: 'Guide' }, { display: 'Actor' }];
    expect(user({ roles })).to.deep.include({ roles });
  });

  it('keeps one of several values of the same value and type, with what the last says of it (RFC 7643 §2.4)', () => {
    const emails = [
      { value: 'a@example.com', type: 'work', display: 'Ada' },
      { value: 'b@example.com', type: 'work' },
      { value: 'a@example.com', type: 'Work', primary: true },
    ];
    const kept = [{ value: 'a@example.com', type: 'work', display: 'Ada', primary: true }, emails[1]];
    expect(user({ emails })).to.deep.include({ emails: kept });
  });

  it('keeps one of several values that differ in letter case alone, unless it counts (RFC 7643 §2.4)', () => {
    const emails = [{ value: 'Ada@example.com', primary: true }, { value: 'ada@EXAMPLE.com' }];
    expect(user({ emails })).to.deep.include({ emails: [emails[0]] });
    const photos = [{ value: 'https://example.com/A' }, { value: 'https://example.com/a' }];
    expect(user({ photos })).to.deep.include({ photos });
  });

  it('writes canonical values in their canonical spelling, where letter case does not count (RFC 7643 §2.4)', () => {
    const types = ['WORK', 'Home', 'oTHER', 'Holiday'];
    const emails = types.map((type, index) => ({ value: `${index}@example.com`, type }));
    const spelled = ['work', 'home', 'other', 'Holiday'];
    expect(user({ emails })).to.deep.include({
      emails: emails.map((email, index) => ({ ...email, type: spelled[index] })),
    });
  });

  it('takes one value of a multi-valued attribute for a list of one when tolerant only', () => {
    const emails = { value: 'a@example.com' };
    expect(user({ emails })).to.deep.include({ emails: [emails] });
    expect(scimTypeOf(() => user({ emails }, strict))).to.equal('invalidValue');
  });

  it('never takes over names such as __proto__ and constructor', () => {
    const body: unknown = JSON.parse(
      `{"schemas":["${core}"],"userName":"ada","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"name":{"__proto__":{"admin":true},"givenName":"Ada"}}`,
    );
    const document = users.resource(body, tolerant);
    expect(document).to.deep.equal({ userName: 'ada', name: { givenName: 'Ada' } });
    expect(Object.getOwnPropertyNames(document)).to.deep.equal(['userName', 'name']);
    expect(({} as Record<string, unknown>)['admin']).to.equal(undefined);
    expect(scimTypeOf(() => users.resource(body, strict))).to.equal('invalidSyntax');
  });

  it('takes the members of a group as they come, read-only display apart (RFC 7643 §4.2)', () => {
    const members = [{ value: '1', display: 'Ada', type: 'User', $ref: null }];
    const body = { schemas: [coreGroup], displayName: 'Engines', members };
    expect(groups.resource(body, strict)).to.deep.equal({
      displayName: 'Engines',
      members: [{ value: '1', type: 'User' }],
    });
  });

  const dateTimes = [
    ['2008-01-23T04:56:22Z', '2008-01-23T04:56:22.000Z'],
    ['2008-01-23T04:56:22.1239Z', '2008-01-23T04:56:22.123Z'],
    ['2008-01-23T04:56:22.5+02:00', '2008-01-23T02:56:22.500Z'],
    ['2008-01-23T04:56:22', '2008-01-23T04:56:22.000Z'],
    ['2008-02-29T24:00:00-05:30', '2008-03-01T05:30:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['2009-02-29T00:00:00Z', undefined],
    ['2008-13-01T00:00:00Z', undefined],
    ['2008-01-00T00:00:00Z', undefined],
    ['2008-01-23', undefined],
    ['2008-01-23T24:00:01Z', undefined],
    ['2008-01-23T04:60:00Z', undefined],
    ['2008-01-23T04:56:22+14:01', undefined],
    ['0001-01-01T00:00:00+01:00', undefined],
    ['9999-12-31T23:59:59-00:01', undefined],
    ['2008-01-23 04:56:22Z', undefined],
    ['', undefined],
  ] as const;
  for (const [text, expected] of dateTimes) {
    it(`${expected === undefined ? 'refuses' : 'normalises'} the dateTime "${text}" (RFC 7643 §2.3.5)`, () => {
      const read = () => samples.resource({ schemas: [sampleSchema.id], hired: text }, strict);
      if (expected === undefined) expect(scimTypeOf(read)).to.equal('invalidValue');
      else expect(read()).to.deep.equal({ hired: expected });
    });
  }

  const refusals: readonly (readonly [string, object, ConformOptions, string])[] = [
    ['a missing userName (RFC 7643 §4.1.1)', { userName: undefined }, tolerant, 'invalidValue'],
    ['a userName of null', { userName: null }, tolerant, 'invalidValue'],
    ['a blank userName', { userName: ' \t' }, tolerant, 'invalidValue'],
    ['a number for a string (RFC 7643 §2.3.1)', { title: 1 }, tolerant, 'invalidValue'],
    ['a string for a boolean (RFC 7643 §2.3.2)', { active: 'True' }, tolerant, 'invalidValue'],
    ['a list for a single value', { title: ['x'] }, tolerant, 'invalidValue'],
    ['an empty list for a single value', { title: [] }, tolerant, 'invalidValue'],
    ['a list for a complex value', { name: [{ givenName: 'Ada' }] }, tolerant, 'invalidValue'],
    ['a string for a complex value (RFC 7643 §2.3.8)', { name: 'Ada' }, tolerant, 'invalidValue'],
    ['strings for complex elements', { emails: ['a@example.com'] }, tolerant, 'invalidValue'],
    ['a list inside a list', { emails: [[{ value: 'a' }]] }, tolerant, 'invalidValue'],
    ['two primary values (RFC 7643 §2.4)', { emails: twoPrimaries() }, tolerant, 'invalidValue'],
    ['NUL in a string', { title: 'a\0b' }, tolerant, 'invalidValue'],
    ['half a surrogate pair', { title: 'a\ud83d' }, tolerant, 'invalidValue'],
    ['a string of more than 64 KiB', { title: 'x'.repeat(65_537) }, tolerant, 'invalidValue'],
    ['64 Ki letters of two bytes', { title: 'é'.repeat(32_769) }, tolerant, 'invalidValue'],
    ['text that is not base64 (RFC 7643 §2.3.6)', { x509Certificates: [{ value: 'a*b' }] }, tolerant, 'invalidValue'],
    ['base64 of an impossible length', { x509Certificates: [{ value: 'abcde' }] }, tolerant, 'invalidValue'],
    ['an extension that is a list', { [enterprise]: [] }, tolerant, 'invalidValue'],
    ['a name given twice in different letter case', { title: 'a', TITLE: 'b' }, tolerant, 'invalidSyntax'],
    ['an unknown attribute when strict', { shoeSize: 43 }, strict, 'invalidSyntax'],
    ['an unknown sub-attribute when strict', { name: { nick: 'A' } }, strict, 'invalidSyntax'],
    ['an unknown extension when strict', { 'urn:example:x': { a: 1 } }, strict, 'invalidSyntax'],
    [
      'an extension that schemas does not name when strict',
      { [enterprise]: { division: 'x' } },
      strict,
      'invalidSyntax',
    ],
    ['missing schemas when strict (RFC 7643 §3)', { schemas: undefined }, strict, 'invalidSyntax'],
    ['an unknown schema when strict', { schemas: [core, 'urn:example:x'] }, strict, 'invalidSyntax'],
    ['schemas without the core schema when strict', { schemas: [enterprise] }, strict, 'invalidSyntax'],
    ['schemas as one string when strict', { schemas: core }, strict, 'invalidSyntax'],
    ['schemas with a number', { schemas: [core, 1] }, tolerant, 'invalidSyntax'],
    ["another resource's schema", { schemas: [coreGroup] }, tolerant, 'invalidSyntax'],
  ];
  for (const [what, body, options, expected] of refusals) {
    it(`refuses ${what}`, () => {
      expect(scimTypeOf(() => user(body, options))).to.equal(expected);
    });
  }

  const acceptances: readonly (readonly [string, object, ConformOptions])[] = [
    ['an unknown attribute when tolerant', { shoeSize: 43 }, tolerant],
    ['an unknown sub-attribute when tolerant', { name: { nick: 'A' } }, tolerant],
    ['an unknown extension when tolerant', { 'urn:example:x': { a: 1 } }, tolerant],
    ['missing schemas when tolerant', { schemas: undefined }, tolerant],
    ['empty schemas when tolerant', { schemas: [] }, tolerant],
    ['unknown schemas when tolerant', { schemas: ['urn:scim:schemas:core:1.0', 'urn:example:x'] }, tolerant],
    ['a schema beside which nothing is given', { schemas: [core, enterprise] }, strict],
    ['the core schema in another letter case (RFC 7643 §2.1)', { schemas: [core.toUpperCase()] }, strict],
  ];
  for (const [what, body, options] of acceptances) {
    it(`accepts ${what}`, () => {
      expect(user(body, options)).to.deep.equal({ userName: 'ada' });
    });
  }

  it('refuses a body that is not an object', () => {
    for (const body of [null, undefined, 1, 'x', true, [], [{}]]) {
      expect(scimTypeOf(() => users.resource(body, tolerant))).to.equal('invalidSyntax');
    }
  });

  it('accepts strings of exactly 64 KiB, astral letters and base64 with or without padding', () => {
    const values = {
      title: 'x'.repeat(65_536),
      nickName: '😀',
      x509Certificates: [{ value: 'YQ==' }, { value: 'YQ' }],
    };
    expect(user(values, strict)).to.deep.include(values);
  });
});

describe('conforming single values', () => {
  it('gives the whole list for a multi-valued attribute, one value for a sub-attribute (RFC 7644 §3.5.2)', () => {
    const emails = [{ value: 'a@example.com', type: 'work' }];
    expect(users.value(path('emails'), [{ VALUE: 'a@example.com', Type: 'work' }], strict)).to.deep.equal(emails);
    expect(users.value(path('emails.value'), 'a@example.com', strict)).to.equal('a@example.com');
    expect(users.value(path(`${enterprise}:manager.value`), '26', strict)).to.equal('26');
  });

  it('gives one element by the attribute', () => {
    expect(users.element(path('emails').attribute, { value: 'a', Extra: 1 }, tolerant)).to.deep.equal({ value: 'a' });
    expect(users.element(path('emails').attribute, {}, tolerant)).to.equal(undefined);
    expect(scimTypeOf(() => users.element(path('emails').attribute, 'a', tolerant))).to.equal('invalidValue');
  });

  it('gives an extension by its schema', () => {
    const [schema] = userType.extensions;
    if (schema === undefined) throw new Error('the type has an extension');
    expect(users.extension(schema, { DIVISION: 'x' }, strict)).to.deep.equal({ division: 'x' });
    expect(users.extension(schema, { division: null }, strict)).to.equal(undefined);
    expect(users.extension(schema, null, strict)).to.equal(undefined);
    expect(scimTypeOf(() => users.extension(schema, 'x', strict))).to.equal('invalidValue');
  });

  it('gives undefined for what is unassigned, and refuses that for a required attribute', () => {
    expect(users.value(path('title'), null, strict)).to.equal(undefined);
    expect(users.value(path('emails'), [], strict)).to.equal(undefined);
    expect(scimTypeOf(() => users.value(path('userName'), null, strict))).to.equal('invalidValue');
    expect(scimTypeOf(() => groups.value(path('displayName', groupType), '', strict))).to.equal('invalidValue');
  });

  it('conforms read-only attributes, so that they can be compared with what is there', () => {
    const list = [{ value: '1', display: 'Engines' }];
    expect(users.value(path('groups'), list, strict)).to.deep.equal(list);
    expect(users.value(path(`${enterprise}:manager.displayName`), 'Ada', strict)).to.equal('Ada');
    expect(users.value(path('meta.created'), '2008-01-23T04:56:22Z', strict)).to.equal('2008-01-23T04:56:22.000Z');
  });
});

const characteristics = {
  multiValued: false,
  description: 'x',
  required: false,
  mutability: 'readWrite',
  returned: 'default',
} as const;

const sampleAttributes: readonly AttributeDocument[] = [
  { ...characteristics, name: 'hired', type: 'dateTime' },
  { ...characteristics, name: 'floor', type: 'integer' },
  { ...characteristics, name: 'ratio', type: 'decimal' },
  { ...characteristics, name: 'labels', type: 'string', multiValued: true },
  {
    ...characteristics,
    name: 'badge',
    type: 'complex',
    subAttributes: [
      { ...characteristics, name: 'number', type: 'integer', required: true },
      { ...characteristics, name: 'doors', type: 'string', multiValued: true },
    ],
  },
];
const sampleSchema = { id: 'urn:example:sample', name: 'Sample', description: 'x', attributes: sampleAttributes };
const head = { name: 'User', endpoint: '/Users', description: 'x' } as const;
const sampleType = defineResourceType(head, sampleSchema, []);
const samples = conformerFor(sampleType);

describe('conforming by schemas alone', () => {
  const extended = defineResourceType(head, userSchema, [
    { ...enterpriseUserSchema, attributes: [...enterpriseUserSchema.attributes, ...sampleAttributes] },
  ]);

  it('validates an attribute that was added to a schema document only (RFC 7643 §7)', () => {
    const read = (extension: object) =>
      conformerFor(extended).resource(
        { schemas: [core, enterprise], userName: 'ada', [enterprise]: extension },
        strict,
      );
    expect(read({ FLOOR: 3, badge: { number: 7 } })).to.deep.equal({
      userName: 'ada',
      [enterprise]: { floor: 3, badge: { number: 7 } },
    });
    expect(scimTypeOf(() => read({ floor: 'three' }))).to.equal('invalidValue');
    expect(scimTypeOf(() => user({ schemas: [core, enterprise], [enterprise]: { floor: 3 } }, strict))).to.equal(
      'invalidSyntax',
    );
  });

  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['floor', 3, 3],
    ['floor', -0, 0],
    ['floor', 3.5, undefined],
    ['floor', 2 ** 53, undefined],
    ['floor', '3', undefined],
    ['ratio', 0.5, 0.5],
    ['ratio', Number.POSITIVE_INFINITY, undefined],
    ['ratio', true, undefined],
    ['labels', ['a', 'a', null, 'b'], ['a', 'b']],
    ['labels', ['a', 1], undefined],
    ['badge', { number: 1, doors: ['n', 'n'] }, { number: 1, doors: ['n'] }],
    ['badge', { doors: ['n'] }, undefined],
  ];
  for (const [name, given, expected] of cases) {
    const text = typeof given === 'number' ? String(given) : JSON.stringify(given);
    it(`${expected === undefined ? 'refuses' : 'accepts'} ${text} as ${name} (RFC 7643 §2.3)`, () => {
      const read = () => samples.resource({ schemas: [sampleSchema.id], [name]: given }, strict);
      if (expected === undefined) expect(scimTypeOf(read)).to.equal('invalidValue');
      else expect(read()).to.deep.equal({ [name]: expected });
    });
  }

  it('lets a required sub-attribute be missing from a value that will be merged', () => {
    const given = { doors: ['n'] };
    expect(samples.value(path('badge', sampleType), given, { unknown: 'refuse', partial: true })).to.deep.equal(given);
  });
});

describe('conforming anything', () => {
  // Names that exist make arbitrary JSON reach the checks.
  const names = [
    'userName',
    'NAME',
    'emails',
    'value',
    'primary',
    'active',
    'schemas',
    'meta',
    'roles',
    '$ref',
    enterprise,
    'manager',
  ];
  const key = fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string());
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom<unknown>(null, true, false, '', 'ada', core),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 6 }),
    ),
  }));

  it('throws nothing but RequestError, and is idempotent', () => {
    fc.assert(
      fc.property(fc.dictionary(key, json), fc.constantFrom(tolerant, strict), (body, options) => {
        const given = { schemas: [core, enterprise], userName: 'ada', ...body };
        if (scimTypeOf(() => users.resource(given, options)) !== 'accepted') return;
        const once = users.resource(given, options);
        expect(users.resource({ ...once, schemas: schemasOf(userType, once) }, strict)).to.deep.equal(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does the same for single values', () => {
    const paths = [
      'userName',
      'name',
      'emails',
      'emails.primary',
      'active',
      `${enterprise}:manager`,
      'x509Certificates',
    ].map((each) => path(each));
    fc.assert(
      fc.property(fc.constantFrom(...paths), json, (target, value) => {
        if (scimTypeOf(() => users.value(target, value, tolerant)) !== 'accepted') return;
        const once = users.value(target, value, tolerant);
        if (once !== undefined) expect(users.value(target, once, strict)).to.deep.equal(once);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes time in proportion to the list, not to its square', () => {
    const members = Array.from({ length: 50_000 }, (_, index) => ({ value: `id-${index}`, type: 'User' }));
    const document = groups.resource({ displayName: 'all', members }, tolerant);
    expect(document['members']).to.have.lengthOf(50_000);
  }).timeout(20_000);
});

function twoPrimaries() {
  return [
    { value: 'a', primary: true },
    { value: 'b', primary: true },
  ];
}
