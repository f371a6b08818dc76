import { expect } from 'chai';
import { planPatch } from '../../src/protocol/plan-patch.js';
import { groupType, userType } from '../../src/schema/resource-type.js';
import { patchOp, strict, tolerant } from '../support/patch.js';
import { scimTypeOf } from '../support/scim-type-of.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const musterUser = 'urn:ietf:params:scim:schemas:extension:muster:2.0:User';
const babs = '2819c223-7f76-453a-919d-413861904646';
const james = '08e1d05d-121c-4561-8b96-473d93df9210';

const refusals: readonly { title: string; body: unknown; scimType: string; tolerantly?: string }[] = [
  { title: 'a body that is no object (RFC 7644 §3.5.2)', body: [], scimType: 'invalidSyntax' },
  { title: 'a body that is null (RFC 7644 §3.5.2)', body: null, scimType: 'invalidSyntax' },
  {
    title: 'a message without schemas (RFC 7644 §3.5.2)',
    body: { Operations: [{ op: 'remove', path: 'title' }] },
    scimType: 'invalidSyntax',
    tolerantly: 'accepted',
  },
  {
    title: 'a message of another schema (RFC 7644 §3.5.2)',
    body: { schemas: [userType.core.id], Operations: [{ op: 'remove', path: 'title' }] },
    scimType: 'invalidSyntax',
  },
  {
    title: 'a message without Operations (RFC 7644 §3.5.2)',
    body: { schemas: patchOp()['schemas'] },
    scimType: 'invalidSyntax',
  },
  { title: 'no operation at all (RFC 7644 §3.5.2)', body: patchOp(), scimType: 'invalidSyntax' },
  {
    title: 'more than 1,000 operations',
    body: patchOp(...Array.from({ length: 1_001 }, () => ({ op: 'remove', path: 'title' }))),
    scimType: 'invalidSyntax',
  },
  { title: 'null for an operation (RFC 7644 §3.5.2)', body: patchOp(null), scimType: 'invalidSyntax' },
  {
    title: 'an operation without op (RFC 7644 §3.5.2)',
    body: patchOp({ path: 'title', value: 'x' }),
    scimType: 'invalidSyntax',
  },
  {
    title: 'an op of JSON Patch (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'move', path: 'title' }),
    scimType: 'invalidSyntax',
  },
  {
    title: 'an op with a capital letter (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'Add', path: 'title', value: 'x' }),
    scimType: 'invalidSyntax',
    tolerantly: 'accepted',
  },
  {
    title: 'a path that is a number (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'add', path: 1, value: 'x' }),
    scimType: 'invalidPath',
  },
  {
    title: 'a path that is broken (RFC 7644 §3.12)',
    body: patchOp({ op: 'add', path: 'emails[', value: 'x' }),
    scimType: 'invalidPath',
  },
  {
    title: 'an empty path (RFC 7644 §3.12)',
    body: patchOp({ op: 'add', path: '', value: 'x' }),
    scimType: 'invalidPath',
  },
  {
    title: 'a path to an unknown attribute (RFC 7644 §3.12)',
    body: patchOp({ op: 'add', path: 'shoeSize', value: 1 }),
    scimType: 'invalidPath',
  },
  {
    title: 'a path to an unknown sub-attribute (RFC 7644 §3.12)',
    body: patchOp({ op: 'add', path: 'emails[type eq "work"].size', value: 1 }),
    scimType: 'invalidPath',
  },
  {
    title: 'a path that filters a single value (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'add', path: 'name[givenName eq "A"]', value: {} }),
    scimType: 'invalidPath',
  },
  {
    title: 'a path that filters by an unknown sub-attribute (RFC 7644 §3.12)',
    body: patchOp({ op: 'remove', path: 'emails[size eq 1]' }),
    scimType: 'invalidFilter',
  },
  {
    title: 'a path that compares a boolean with a text (RFC 7644 §3.4.2.2)',
    body: patchOp({ op: 'remove', path: 'roles[primary eq "True"]' }),
    scimType: 'invalidFilter',
  },
  { title: 'remove without a path (RFC 7644 §3.5.2.2)', body: patchOp({ op: 'remove' }), scimType: 'noTarget' },
  {
    title: 'add without a value (RFC 7644 §3.5.2.1)',
    body: patchOp({ op: 'add', path: 'title' }),
    scimType: 'invalidValue',
  },
  {
    title: 'replace without a value (RFC 7644 §3.5.2.3)',
    body: patchOp({ op: 'replace', path: 'title' }),
    scimType: 'invalidValue',
  },
  {
    title: 'a text for a path-less value (RFC 7644 §3.5.2.1)',
    body: patchOp({ op: 'add', value: 'x' }),
    scimType: 'invalidValue',
  },
  {
    title: 'a list for a path-less value (RFC 7644 §3.5.2.3)',
    body: patchOp({ op: 'replace', value: [] }),
    scimType: 'invalidValue',
  },
  {
    title: 'a text for a boolean (RFC 7643 §2.3)',
    body: patchOp({ op: 'replace', path: 'active', value: 'False' }),
    scimType: 'invalidValue',
  },
  {
    title: 'a text for a complex value (RFC 7643 §2.3)',
    body: patchOp({ op: 'add', path: `${enterprise}:manager`, value: '42' }),
    scimType: 'invalidValue',
  },
  {
    title: 'a text for an email (RFC 7643 §2.3)',
    body: patchOp({ op: 'add', path: 'emails', value: 'a@x' }),
    scimType: 'invalidValue',
  },
  {
    title: 'a text for an extension',
    body: patchOp({ op: 'add', path: enterprise, value: 'x' }),
    scimType: 'invalidValue',
  },
  {
    title: 'two primary values (RFC 7643 §2.4)',
    body: patchOp({
      op: 'replace',
      path: 'emails',
      value: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
    }),
    scimType: 'invalidValue',
  },
  {
    title: 'a value with remove (RFC 7644 §3.5.2.2)',
    body: patchOp({ op: 'remove', path: 'emails', value: [{ value: 'a@x' }] }),
    scimType: 'invalidValue',
    tolerantly: 'accepted',
  },
  {
    title: 'an unknown attribute in a path-less value',
    body: patchOp({ op: 'add', value: { shoeSize: 43 } }),
    scimType: 'invalidSyntax',
    tolerantly: 'accepted',
  },
  {
    title: 'an unknown sub-attribute in a value',
    body: patchOp({ op: 'replace', path: 'name', value: { shoeSize: 43 } }),
    scimType: 'invalidSyntax',
    tolerantly: 'accepted',
  },
  {
    title: '"__proto__" in a path-less value',
    body: patchOp({ op: 'add', value: JSON.parse('{"__proto__": {"active": true}}') }),
    scimType: 'invalidSyntax',
    tolerantly: 'accepted',
  },
  {
    title: 'the removal of a required attribute (RFC 7644 §3.5.2.2)',
    body: patchOp({ op: 'remove', path: 'userName' }),
    scimType: 'mutability',
  },
  {
    title: 'null for a required attribute (RFC 7644 §3.5.2.2)',
    body: patchOp({ op: 'replace', path: 'userName', value: null }),
    scimType: 'mutability',
  },
  {
    title: 'the removal of a read-only attribute (RFC 7644 §3.5.2.2)',
    body: patchOp({ op: 'remove', path: 'groups' }),
    scimType: 'mutability',
  },
  { title: 'the removal of id (RFC 7644 §3.5.2)', body: patchOp({ op: 'remove', path: 'id' }), scimType: 'mutability' },
  {
    title: 'a change within a read-only attribute (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'add', path: 'groups[value eq "x"].display', value: 'y' }),
    scimType: 'mutability',
  },
  {
    title: 'id in a path-less value (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'replace', value: { id: babs } }),
    scimType: 'mutability',
    tolerantly: 'accepted',
  },
  {
    title: 'schemas in a path-less value',
    body: patchOp({ op: 'replace', value: { schemas: [userType.core.id] } }),
    scimType: 'mutability',
    tolerantly: 'accepted',
  },
  {
    title: 'a read-only attribute of an extension (RFC 7644 §3.5.2)',
    body: patchOp({ op: 'replace', path: `${musterUser}:clientId`, value: 'BETA' }),
    scimType: 'mutability',
    tolerantly: 'accepted',
  },
];

const memberRefusals: readonly { title: string; operation: unknown; scimType: string }[] = [
  {
    title: 'a member whose value is a number',
    operation: { op: 'add', path: 'members', value: [{ value: 42 }] },
    scimType: 'invalidValue',
  },
  {
    title: 'a member whose value is empty',
    operation: { op: 'add', path: 'members', value: [{ value: '' }] },
    scimType: 'invalidValue',
  },
  {
    title: 'a member without a value',
    operation: { op: 'add', path: 'members', value: [{ display: 'Babs' }] },
    scimType: 'invalidValue',
  },
  {
    title: 'a member that is a bare text',
    operation: { op: 'add', path: 'members', value: [babs] },
    scimType: 'invalidValue',
  },
  {
    title: 'the change of a member (RFC 7643 §4.2)',
    operation: { op: 'replace', path: `members[value eq "${babs}"]`, value: { value: james } },
    scimType: 'mutability',
  },
  {
    title: 'the change of what a member is (RFC 7643 §4.2)',
    operation: { op: 'replace', path: `members[value eq "${babs}"].type`, value: 'Group' },
    scimType: 'mutability',
  },
  {
    title: "the change of a member's display (RFC 7643 §4.2)",
    operation: { op: 'replace', path: `members[value eq "${babs}"].display`, value: 'B' },
    scimType: 'mutability',
  },
  {
    title: 'the removal of displayName (RFC 7644 §3.5.2.2)',
    operation: { op: 'remove', path: 'displayName' },
    scimType: 'mutability',
  },
];

const members: readonly {
  title: string;
  operations: readonly unknown[];
  changes: readonly unknown[];
  strictly?: string;
}[] = [
  {
    title: 'adds a member, whatever its display and $ref (RFC 7644 §3.5.2.1)',
    operations: [
      {
        op: 'add',
        path: 'members',
        value: [{ display: 'Babs Jensen', $ref: `https://example.com/v2/Users/${babs}`, value: babs }],
      },
    ],
    changes: [{ kind: 'addMembers', ids: [babs] }],
  },
  {
    title: 'adds members without a path (RFC 7644 §3.5.2.1)',
    operations: [{ op: 'add', value: { members: [{ value: babs }] } }],
    changes: [{ kind: 'addMembers', ids: [babs] }],
  },
  {
    title: 'adds a member named twice once (RFC 7644 §3.5.2.1)',
    operations: [{ op: 'add', path: 'members', value: [{ value: babs }, { value: babs, type: 'User' }] }],
    changes: [{ kind: 'addMembers', ids: [babs] }],
  },
  {
    title: 'adds a member given as one object (RFC 7644 §3.5.2.1)',
    operations: [{ op: 'add', path: 'members', value: { value: babs } }],
    changes: [{ kind: 'addMembers', ids: [babs] }],
  },
  {
    title: 'adds a member whose $ref is null (Entra ID)',
    operations: [{ op: 'add', path: 'members', value: [{ $ref: null, value: babs }] }],
    changes: [{ kind: 'addMembers', ids: [babs] }],
  },
  {
    title: 'removes a single member (RFC 7644 §3.5.2.2)',
    operations: [{ op: 'remove', path: `members[value eq "${babs}"]` }],
    changes: [{ kind: 'removeMembers', ids: [babs] }],
  },
  {
    title: 'removes members joined by or (RFC 7644 §3.5.2.2)',
    operations: [{ op: 'remove', path: `members[value eq "${babs}" or (value eq "${james}")]` }],
    changes: [{ kind: 'removeMembers', ids: [babs, james] }],
  },
  {
    title: 'removes all members (RFC 7644 §3.5.2.2)',
    operations: [{ op: 'remove', path: 'members' }],
    changes: [{ kind: 'removeAllMembers' }],
  },
  {
    title: 'removes and adds a member in order (RFC 7644 §3.5.2.2)',
    operations: [
      { op: 'remove', path: `members[value eq "${babs}"]` },
      { op: 'add', path: 'members', value: [{ display: 'James Smith', value: james }] },
    ],
    changes: [
      { kind: 'removeMembers', ids: [babs] },
      { kind: 'addMembers', ids: [james] },
    ],
  },
  {
    title: 'removes all members and adds others in order (RFC 7644 §3.5.2.2)',
    operations: [
      { op: 'remove', path: 'members' },
      { op: 'add', path: 'members', value: [{ value: babs }, { value: james }] },
    ],
    changes: [{ kind: 'removeAllMembers' }, { kind: 'addMembers', ids: [babs, james] }],
  },
  {
    title: 'replaces all members (RFC 7644 §3.5.2.3)',
    operations: [{ op: 'replace', path: 'members', value: [{ value: babs }, { value: james }] }],
    changes: [{ kind: 'replaceMembers', ids: [babs, james] }],
  },
  {
    title: 'replaces all members by none (RFC 7643 §2.5)',
    operations: [{ op: 'replace', path: 'members', value: [] }],
    changes: [{ kind: 'removeAllMembers' }],
  },
  {
    title: 'adds nothing (RFC 7643 §2.5)',
    operations: [{ op: 'add', path: 'members', value: [] }],
    changes: [],
  },
  {
    title: 'removes a list of values (Entra ID, JumpCloud)',
    operations: [{ op: 'remove', path: 'members', value: [{ $ref: null, value: babs }, { value: james }] }],
    changes: [{ kind: 'removeMembers', ids: [babs, james] }],
    strictly: 'invalidValue',
  },
  {
    title: 'removes members by a value in any letter case, as filters compare it (RFC 7643 §8.7.1, RFC 7644 §3.5.2.2)',
    operations: [{ op: 'remove', path: `members[value eq "${babs.toUpperCase()}" or value eq "${james}"]` }],
    changes: [{ kind: 'removeMembers', ids: [babs, james] }],
  },
  {
    title: 'joins additions that follow each other, and removals, each member once',
    operations: [
      { op: 'add', path: 'members', value: [{ value: babs }] },
      { op: 'add', path: 'members', value: [{ value: james }, { value: babs }] },
      { op: 'remove', path: `members[value eq "${babs}"]` },
      { op: 'remove', path: `members[value eq "${james}" or value eq "${babs}"]` },
      { op: 'add', path: 'members', value: [{ value: babs }] },
    ],
    changes: [
      { kind: 'addMembers', ids: [babs, james] },
      { kind: 'removeMembers', ids: [babs, james] },
      { kind: 'addMembers', ids: [babs] },
    ],
  },
  {
    title: 'removes nobody for an empty list of values',
    operations: [{ op: 'remove', path: 'members', value: [] }],
    changes: [],
    strictly: 'invalidValue',
  },
];

describe('planPatch', () => {
  for (const { title, body, scimType, tolerantly } of refusals) {
    it(`refuses when strict: ${title}`, () => {
      expect(scimTypeOf(() => planPatch(userType, body, strict))).to.equal(scimType);
    });
    it(`${tolerantly === undefined ? 'refuses' : 'accepts'} when tolerant: ${title}`, () => {
      expect(scimTypeOf(() => planPatch(userType, body, tolerant))).to.equal(tolerantly ?? scimType);
    });
  }

  for (const { title, operation, scimType } of memberRefusals) {
    it(`refuses in a group: ${title}`, () => {
      expect(scimTypeOf(() => planPatch(groupType, patchOp(operation), strict))).to.equal(scimType);
      expect(scimTypeOf(() => planPatch(groupType, patchOp(operation), tolerant))).to.equal(scimType);
    });
  }

  for (const { title, operations, changes, strictly } of members) {
    it(`${title} when tolerant`, () => {
      const plan = planPatch(groupType, patchOp(...operations), tolerant);
      expect(plan.members).to.deep.equal(changes);
      expect(plan.document).to.deep.equal([]);
    });
    it(`${strictly === undefined ? title : `${title}: refused`} when strict`, () => {
      expect(scimTypeOf(() => planPatch(groupType, patchOp(...operations), strict))).to.equal(strictly ?? 'accepted');
    });
  }

  it('keeps any other filter of members for the store (RFC 7644 §3.5.2.2)', () => {
    const [change, ...others] = planPatch(
      groupType,
      patchOp({ op: 'remove', path: 'members[type eq "Group"]' }),
      strict,
    ).members;
    expect(others).to.deep.equal([]);
    expect(change?.kind).to.equal('removeMembersMatching');
  });

  it('joins filters of members that follow each other, and refuses to look through all members again and again', () => {
    const remove = (text: string) => ({ op: 'remove', path: `members[display co "${text}"]` });
    const many = (count: number) => Array.from({ length: count }, (_, index) => remove(String(index)));
    const joined = planPatch(groupType, patchOp(...many(200)), strict).members;
    expect(joined.map(({ kind }) => kind)).to.deep.equal(['removeMembersMatching']);
    const add = { op: 'add', path: 'members', value: [{ value: babs }] };
    const inTurn = (count: number) => many(count).flatMap((each) => [each, add]);
    for (const [operations, outcome] of [
      [many(201), 'invalidValue'],
      [inTurn(10), 'accepted'],
      [inTurn(11), 'invalidValue'],
    ] as const) {
      expect(scimTypeOf(() => planPatch(groupType, patchOp(...operations), strict))).to.equal(outcome);
    }
  });

  it('refuses paths whose filters have more than 4,000 expressions together', () => {
    const path = `emails[${Array.from({ length: 39 }, (_, index) => `value ne "${index}"`).join(' and ')}].display`;
    const operations = (count: number) => Array.from({ length: count }, () => ({ op: 'replace', path, value: 'x' }));
    expect(scimTypeOf(() => planPatch(userType, patchOp(...operations(100)), strict))).to.equal('accepted');
    expect(scimTypeOf(() => planPatch(userType, patchOp(...operations(101)), strict))).to.equal('invalidPath');
  });

  it('reads a name for the document and the members from one value (Okta)', () => {
    const value = { displayName: 'A', members: [{ value: babs }] };
    const plan = planPatch(groupType, patchOp({ op: 'replace', value }), strict);
    expect(plan.members).to.deep.equal([{ kind: 'replaceMembers', ids: [babs] }]);
    expect(plan.document.map(({ kind, path }) => [kind, path.text])).to.deep.equal([['set', 'displayName']]);
  });

  it('takes the letters of Operations, op, path and value in any case (RFC 7643 §2.1)', () => {
    const body = { SCHEMAS: patchOp()['schemas'], operations: [{ OP: 'replace', Path: 'TITLE', VALUE: 'x' }] };
    expect(planPatch(userType, body, strict).document.map(({ path }) => path.text)).to.deep.equal(['title']);
  });

  it('plans 1,000 operations of a megabyte in a moment', () => {
    const operation = {
      op: 'add',
      path: 'emails[type eq "work" and not (value co "x")].value',
      value: 'x'.repeat(900),
    };
    const started = performance.now();
    planPatch(userType, patchOp(...Array.from({ length: 1_000 }, () => operation)), tolerant);
    expect(performance.now() - started).to.be.below(5_000);
  });
});
