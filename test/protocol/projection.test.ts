import { expect } from 'chai';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import { project, readProjection, wants, type ProjectionQuery } from '../../src/protocol/projection.js';
import { defineResourceType, groupType, userType } from '../../src/schema/resource-type.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const muster = 'urn:ietf:params:scim:schemas:extension:muster:2.0:User';

const head = { schemas: [core, enterprise], id: '26' };
const meta = { resourceType: 'User', version: 'W/"1"', location: 'https://example.com/Users/26' };
const name = { givenName: 'Ada', familyName: 'King' };
const emails = [{ value: 'a@example.com', type: 'work' }, { type: 'home' }];
const manager = { value: '7', displayName: 'Grace' };
const ada = { ...head, externalId: 'x', meta, userName: 'ada', name, emails, [enterprise]: { division: 'E', manager } };

function shown(query: ProjectionQuery): object {
  return project(readProjection(userType, query), ada);
}

describe('the projection of a resource', () => {
  it('is the resource itself where nothing is asked for (RFC 7644 §3.9)', () => {
    for (const query of [{}, { attributes: '' }, { excludedAttributes: ' , ' }, { attributes: undefined }]) {
      expect(shown(query)).to.equal(ada);
    }
  });

  const only: readonly (readonly [string, object])[] = [
    ['userName', { userName: 'ada' }],
    [' USERNAME , externalid ', { userName: 'ada', externalId: 'x' }],
    [`${core}:userName`, { userName: 'ada' }],
    ['name.familyName', { name: { familyName: 'King' } }],
    ['name,name.familyName', { name }],
    ['emails.value', { emails: [{ value: 'a@example.com' }] }],
    ['emails.display', {}],
    ['meta.version', { meta: { version: 'W/"1"' } }],
    [enterprise.toUpperCase(), { [enterprise]: { division: 'E', manager } }],
    [`${enterprise}:division`, { [enterprise]: { division: 'E' } }],
    [`${enterprise.toLowerCase()}:manager.VALUE`, { [enterprise]: { manager: { value: '7' } } }],
    [core, { userName: 'ada', name, emails }],
    ['password', {}],
    ['shoeSize', {}],
    ['shoeSize,userName', { userName: 'ada' }],
    ['emails[type eq "work"],userName', { userName: 'ada' }],
    ['__proto__,constructor,emails.__proto__', {}],
    [muster, {}],
  ];
  for (const [attributes, expected] of only) {
    it(`shows schemas, id and what is named for attributes=${attributes} (RFC 7644 §3.9)`, () => {
      expect(shown({ attributes })).to.deep.equal({ ...head, ...expected });
    });
  }

  const { name: _name, ...withoutName } = ada;
  const { [enterprise]: _enterprise, ...withoutEnterprise } = ada;
  const except: readonly (readonly [string, object])[] = [
    ['name', withoutName],
    ['NAME.GIVENNAME, name.familyName', withoutName],
    ['name.givenName', { ...ada, name: { familyName: 'King' } }],
    ['emails.type', { ...ada, emails: [{ value: 'a@example.com' }] }],
    [enterprise, withoutEnterprise],
    [`${enterprise}:division,${enterprise}:manager`, withoutEnterprise],
    [`${enterprise}:manager.displayName`, { ...ada, [enterprise]: { division: 'E', manager: { value: '7' } } }],
    ['id,schemas', ada],
    ['shoeSize', ada],
    [core, { ...head, externalId: 'x', meta, [enterprise]: { division: 'E', manager } }],
  ];
  for (const [excludedAttributes, expected] of except) {
    it(`shows all but what is named and what is always shown for excludedAttributes=${excludedAttributes} (RFC 7644 §3.9)`, () => {
      expect(shown({ excludedAttributes })).to.deep.equal(expected);
    });
  }

  it('takes lists as a search request has them (RFC 7644 §3.4.3)', () => {
    expect(shown({ attributes: ['userName', 'name.givenName'] })).to.deep.equal({
      ...head,
      userName: 'ada',
      name: { givenName: 'Ada' },
    });
  });

  it('refuses both parameters at once (RFC 7644 §3.9)', () => {
    const both = { attributes: 'userName', excludedAttributes: 'name' };
    expect(scimTypeOf(() => readProjection(userType, both))).to.equal('invalidValue');
  });

  it('never shows what is returned never, even where a resource holds it (RFC 7643 §7)', () => {
    const withPassword = { ...ada, password: 'secret' };
    for (const query of [
      {},
      { attributes: 'password,userName' },
      { excludedAttributes: 'name' },
      { attributes: core },
    ]) {
      expect(project(readProjection(userType, query), withPassword)).not.to.have.property('password');
    }
    expect(project(readProjection(userType, {}), withPassword)).to.deep.equal(ada);
  });

  it('leaves the resource alone', () => {
    const before = structuredClone(ada);
    shown({ attributes: 'emails.value' });
    shown({ excludedAttributes: `${enterprise}:manager.value` });
    expect(ada).to.deep.equal(before);
  });
});

describe('the returned characteristic', () => {
  const base = {
    type: 'string',
    multiValued: false,
    description: 'x',
    required: false,
    mutability: 'readWrite',
  } as const;
  const four = (['always', 'default', 'request', 'never'] as const).map((returned) => ({
    ...base,
    name: returned,
    returned,
  }));
  const attributes: readonly AttributeDocument[] = [
    ...four,
    { ...base, name: 'box', type: 'complex', returned: 'default', subAttributes: four },
    { ...base, name: 'boxes', type: 'complex', multiValued: true, returned: 'default', subAttributes: four },
  ];
  const type = defineResourceType(
    { name: 'User', endpoint: '/Users', description: 'x' },
    { id: 'urn:example:core', name: 'x', description: 'x', attributes },
    [{ id: 'urn:example:ext', name: 'x', description: 'x', attributes: four }],
  );
  const all = { always: 'a', default: 'd', request: 'r', never: 'n' };
  const resource = { id: '1', ...all, box: all, boxes: [all], 'urn:example:ext': all };
  const usual = { always: 'a', default: 'd' };
  const minimum = { id: '1', always: 'a', 'urn:example:ext': { always: 'a' } };

  const cases: readonly (readonly [ProjectionQuery, object])[] = [
    [{}, { id: '1', ...usual, box: usual, boxes: [usual], 'urn:example:ext': usual }],
    [{ attributes: 'nothing' }, minimum],
    [{ attributes: 'never,box.never' }, { ...minimum, box: { always: 'a' } }],
    [{ attributes: 'request' }, { ...minimum, request: 'r' }],
    [{ attributes: 'box' }, { ...minimum, box: usual }],
    [{ attributes: 'boxes.request' }, { ...minimum, boxes: [{ always: 'a', request: 'r' }] }],
    [{ attributes: 'urn:example:ext' }, { ...minimum, 'urn:example:ext': usual }],
    [{ attributes: 'urn:example:ext:request' }, { ...minimum, 'urn:example:ext': { always: 'a', request: 'r' } }],
    [
      { excludedAttributes: 'always,default,box.always,box.default,boxes,urn:example:ext' },
      { ...minimum, box: { always: 'a' } },
    ],
  ];
  for (const [query, expected] of cases) {
    it(`decides what ${JSON.stringify(query)} shows (RFC 7643 §7)`, () => {
      expect(project(readProjection(type, query), resource)).to.deep.equal(expected);
    });
  }
});

describe('what a projection wants to be read', () => {
  const cases: readonly (readonly [ProjectionQuery, string, boolean])[] = [
    [{}, 'members', true],
    [{}, 'members.value', true],
    [{}, 'shoeSize', false],
    [{ excludedAttributes: 'members' }, 'members', false],
    [{ excludedAttributes: 'Members' }, 'members.value', false],
    [{ excludedAttributes: 'members.display' }, 'members', true],
    [{ excludedAttributes: 'members.display' }, 'members.display', false],
    [{ excludedAttributes: 'members.value,members.$ref,members.type,members.display' }, 'members', false],
    [{ attributes: 'displayName' }, 'members', false],
    [{ attributes: 'members.value' }, 'members', true],
    [{ attributes: 'members.value' }, 'members.value', true],
    [{ attributes: 'members.value' }, 'members.display', false],
    [{ attributes: 'members' }, 'MEMBERS.DISPLAY', true],
    [{ attributes: 'displayName' }, 'id', true],
    [{ attributes: 'displayName' }, 'urn:ietf:params:scim:schemas:extension:muster:2.0:group:units', false],
    [{ attributes: 'displayName' }, 'urn:ietf:params:scim:schemas:extension:muster:2.0:group', false],
    [{}, 'urn:ietf:params:scim:schemas:extension:muster:2.0:group:units', true],
  ];
  for (const [query, text, expected] of cases) {
    it(`${expected ? 'includes' : 'leaves out'} ${text} for ${JSON.stringify(query)} (RFC 7644 §3.9)`, () => {
      expect(wants(readProjection(groupType, query), text)).to.equal(expected);
    });
  }

  it('never includes what is returned never', () => {
    expect(wants(readProjection(userType, { attributes: 'password' }), 'password')).to.equal(false);
    expect(wants(readProjection(userType, {}), 'password')).to.equal(false);
  });
});
