import { expect } from 'chai';
import { matchesFilter } from '../../src/protocol/match-filter.js';
import { readListQuery } from '../../src/protocol/list-query.js';
import { readSearchRequest, searchRequestSchema } from '../../src/protocol/search-request.js';
import { resourceTypes } from '../../src/schema/resource-type.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const schemas = [searchRequestSchema];
const read = (body: unknown, tolerant = false) => readSearchRequest(body, tolerant);

describe('a search request', () => {
  it('reads every parameter, the example among them (RFC 7644 §3.4.3)', () => {
    const body = {
      schemas,
      attributes: ['displayName', 'userName'],
      filter: 'displayName sw "smith"',
      startIndex: 1,
      count: 10,
    };
    const { schemas: _schemas, ...parameters } = body;
    expect(read(body)).to.deep.equal({ ...parameters, startIndex: '1', count: '10' });
    const more = { sortBy: 'userName', sortOrder: 'descending', cursor: '', excludedAttributes: ['members'] };
    expect(read({ schemas, ...more })).to.deep.equal(more);
  });

  it('knows its members in any letter case and passes over others and null (RFC 7643 §2.1, §2.5)', () => {
    expect(read({ Schemas: schemas, FILTER: 'id pr', sortby: null, depth: 3 })).to.deep.equal({ filter: 'id pr' });
  });

  it('must be identified by its URN, which a tolerant reading may miss (RFC 7644 §3.4.3)', () => {
    expect(scimTypeOf(() => read({}))).to.equal('invalidSyntax');
    expect(scimTypeOf(() => read({}, true))).to.equal('accepted');
    for (const wrong of [['urn:ietf:params:scim:api:messages:2.0:PatchOp'], 'text', []]) {
      expect(scimTypeOf(() => read({ schemas: wrong }, true))).to.equal('invalidSyntax');
    }
    for (const body of [undefined, null, [], 'text', 1]) expect(scimTypeOf(() => read(body))).to.equal('invalidSyntax');
  });

  it('refuses members of another type (RFC 7644 §3.12)', () => {
    for (const wrong of [{ filter: 1 }, { sortBy: [] }, { attributes: 'userName' }, { excludedAttributes: [1] }]) {
      expect(
        scimTypeOf(() => read({ schemas, ...wrong })),
        JSON.stringify(wrong),
      ).to.equal('invalidValue');
    }
    expect(scimTypeOf(() => read({ schemas, cursor: 1 }))).to.equal('invalidCursor');
  });

  it('leaves what is no integer to the reader of the query (RFC 7644 §3.4.2.4, RFC 9865 §2.1)', () => {
    for (const count of [1.5, 1e21, '10', true, [1]]) {
      const fault = (more: object) => scimTypeOf(() => readListQuery(resourceTypes, read({ schemas, count, ...more })));
      expect(fault({}), String(count)).to.equal('invalidValue');
      expect(fault({ cursor: '' }), String(count)).to.equal('invalidCount');
    }
  });
});

const user = { meta: { resourceType: 'User' }, userName: 'bjensen', displayName: 'Babs', active: true };
const group = { meta: { resourceType: 'Group' }, displayName: 'Tour Guides', members: [{ value: 'a', type: 'User' }] };

/** The resource types among which a filter finds the two. */
function found(filter: string): string {
  const { selections } = readListQuery(resourceTypes, { filter });
  const met = selections.filter((each) => {
    return each.filter === undefined || matchesFilter(each.filter, each.type.name === 'User' ? user : group);
  });
  return met.map(({ type }) => type.name).join(' ');
}

describe('a filter over users and groups together', () => {
  const cases: readonly (readonly [filter: string, types: string])[] = [
    ['meta.resourceType eq "User"', 'User'],
    ['(meta.resourceType eq "User") or (meta.resourceType eq "Group")', 'User Group'],
    ['meta.resourceType ne "User"', 'Group'],
    ['displayName pr', 'User Group'],
    ['displayName sw "t"', 'Group'],
    ['userName eq "bjensen"', 'User'],
    ['userName pr', 'User'],
    ['userName eq null', 'Group'],
    ['userName ne null', 'User'],
    ['userName ne "bjensen"', 'Group'],
    ['userName ne "x"', 'User Group'],
    ['not (userName pr)', 'Group'],
    ['not (not (userName eq "bjensen"))', 'User'],
    ['userName gt "a"', 'User'],
    ['members[type eq "User"]', 'Group'],
    ['not (members[type eq "User"])', 'User'],
    ['members.value eq "a"', 'Group'],
    ['userName eq "bjensen" or members.value eq "a"', 'User Group'],
    ['userName eq "bjensen" and members.value eq "a"', ''],
    ['userName eq "x" or displayName eq "tour guides"', 'Group'],
    ['userName ne "x" and displayName eq "tour guides"', 'Group'],
    ['active eq true or displayName pr', 'User Group'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:displayName pr', 'User'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department ne "x"', 'User Group'],
  ];

  for (const [filter, types] of cases) {
    it(`treats what a type does not have as absent: ${filter} (RFC 7644 §3.4.2.1)`, () => {
      expect(found(filter)).to.equal(types);
    });
  }

  it('does not look among the resources of a type of which none can match (RFC 7644 §3.4.2.1)', () => {
    const types = (filter: string) => readListQuery(resourceTypes, { filter }).selections.map(({ type }) => type.name);
    expect(types('userName eq "bjensen"')).to.deep.equal(['User']);
    expect(types('members pr and (displayName eq "a" or id pr)')).to.deep.equal(['Group']);
  });

  it('refuses an attribute that no type has, and a fault wherever it stands (RFC 7644 §3.4.2.2)', () => {
    for (const filter of ['shoeSize eq 4', 'userName pr or shoeSize pr', 'members pr and userName gt true']) {
      expect(
        scimTypeOf(() => found(filter)),
        filter,
      ).to.equal('invalidFilter');
    }
    expect(scimTypeOf(() => found('password sw "a"'))).to.equal('invalidFilter');
    expect(scimTypeOf(() => readListQuery(resourceTypes, { sortBy: 'shoeSize' }))).to.equal('invalidValue');
    expect(scimTypeOf(() => readListQuery(resourceTypes, { sortBy: 'password' }))).to.equal('invalidValue');
  });
});
