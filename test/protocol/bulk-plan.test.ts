import { expect } from 'chai';
import { planBulk, type PlannedWrite } from '../../src/protocol/bulk-plan.js';
import { resolveData, resolveText, splitLinks } from '../../src/protocol/bulk-references.js';
import { groupType, userType } from '../../src/schema/resource-type.js';
import { thrownBy } from '../support/thrown-by.js';

const urn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const id = '2819c223-7f76-453a-919d-413861904646';

const message = (operations: unknown, more: object = {}) => ({ schemas: [urn], Operations: operations, ...more });
const plan = (operations: unknown, tolerant = false) => planBulk(message(operations), { tolerant });
const user = (bulkId: string, data: object = {}) => ({ method: 'POST', path: '/Users', bulkId, data });
const group = (bulkId: string, ...members: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((value) => ({ value })) },
});
const patch = (path: string, ...operations: object[]) => ({ method: 'PATCH', path, data: { Operations: operations } });

function writeAt(operations: unknown, index: number): PlannedWrite {
  const operation = plan(operations).operations[index];
  if (operation?.kind !== 'write') throw new Error(`operation ${index} is refused`);
  return operation;
}

/** The status and keyword with which the first operation is refused, or `accepted`. */
function verdict(operation: unknown, tolerant = false): string {
  const [first] = plan([operation], tolerant).operations;
  return first?.kind === 'refused' ? `${first.error.status} ${first.error.scimType ?? ''}`.trim() : 'accepted';
}

const settlesAt = (operations: unknown) =>
  plan(operations).operations.map((operation) => (operation.kind === 'write' ? operation.settlesAt : 'refused'));

describe('the plan of a BulkRequest', () => {
  describe('the message', () => {
    const post = user('a');
    const refusals: readonly (readonly [string, unknown])[] = [
      ['no object', [message([post])]],
      ['null', null],
      ['no schemas', { Operations: [post] }],
      ['another schema', { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [post] }],
      ['no Operations', { schemas: [urn] }],
      ['Operations that are no list', message({ 0: post })],
      ['an empty list of Operations', message([])],
      ['failOnErrors of 0', message([post], { failOnErrors: 0 })],
      ['a negative failOnErrors', message([post], { failOnErrors: -1 })],
      ['a failOnErrors that is no integer', message([post], { failOnErrors: 1.5 })],
      ['a failOnErrors that is a text', message([post], { failOnErrors: '1' })],
    ];
    for (const [what, body] of refusals) {
      it(`is refused as a whole for ${what} (RFC 7644 §3.7)`, () => {
        expect(thrownBy(() => planBulk(body, { tolerant: false }))).to.include({
          status: 400,
          scimType: 'invalidSyntax',
        });
      });
    }

    it('may leave its schemas out for a tolerant token alone (RFC 7644 §3.7)', () => {
      expect(planBulk({ Operations: [post] }, { tolerant: true }).operations).to.have.length(1);
    });

    it('is read whatever the letter case of its attributes (RFC 7643 §2.1)', () => {
      const read = planBulk(
        {
          SCHEMAS: [urn.toUpperCase()],
          operations: [{ METHOD: 'POST', Path: '/Users', BULKID: 'a', Data: {} }],
          FAILONERRORS: 2,
        },
        { tolerant: false },
      );
      expect(read.failOnErrors).to.equal(2);
      expect(read.operations[0]).to.include({ kind: 'write', method: 'POST', bulkId: 'a' });
    });

    it('takes null for an attribute without a value (RFC 7643 §2.5)', () => {
      expect(planBulk(message([post], { failOnErrors: null }), { tolerant: false }).failOnErrors).to.equal(undefined);
    });

    it('holds 1,000 operations at most and is refused with 413 naming the limit beyond (RFC 7644 §3.7.4)', () => {
      const operations = (count: number) => Array.from({ length: count }, (_, index) => user(`u${index}`));
      expect(plan(operations(1_000)).operations).to.have.length(1_000);
      const error = thrownBy(() => plan(operations(1_001)));
      expect(error.status).to.equal(413);
      expect(error.message).to.contain('maxOperations (1000)');
    });
  });

  describe('an operation', () => {
    const cases: readonly (readonly [string, unknown, string, string])[] = [
      ['that is no object', 'DELETE /Users/1', '400 invalidSyntax', '400 invalidSyntax'],
      ['without a method', { path: '/Users', bulkId: 'a', data: {} }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with GET', { method: 'GET', path: `/Users/${id}` }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with a method in lower case', { ...user('a'), method: 'post' }, '400 invalidSyntax', 'accepted'],
      ['POST without a bulkId', { ...user('a'), bulkId: undefined }, '400 invalidSyntax', '400 invalidSyntax'],
      ['POST with an empty bulkId', user(''), '400 invalidSyntax', '400 invalidSyntax'],
      ['with a bulkId that is a number', { ...user('a'), bulkId: 7 }, '400 invalidSyntax', '400 invalidSyntax'],
      ['POST without data', { ...user('a'), data: undefined }, '400 invalidSyntax', '400 invalidSyntax'],
      ['PUT without data', { method: 'PUT', path: `/Users/${id}` }, '400 invalidSyntax', '400 invalidSyntax'],
      ['PATCH without data', { method: 'PATCH', path: `/Users/${id}` }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with data that is a list', { ...user('a'), data: [] }, '400 invalidSyntax', '400 invalidSyntax'],
      [
        'PATCH whose data are bare operations, as the RFC prints them',
        { method: 'PATCH', path: `/Users/${id}`, data: [{ op: 'remove', path: 'nickName' }] },
        '400 invalidSyntax',
        'accepted',
      ],
      ['DELETE without data', { method: 'DELETE', path: `/Users/${id}` }, 'accepted', 'accepted'],
      ['without a path', { ...user('a'), path: undefined }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with a path that is no text', { ...user('a'), path: 7 }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with a path without the first slash', { ...user('a'), path: 'Users' }, '400 invalidSyntax', 'accepted'],
      ['with a slash behind its path', { ...user('a'), path: '/Users/' }, 'accepted', 'accepted'],
      ['POST to a resource', { ...user('a'), path: `/Users/${id}` }, '400 invalidSyntax', '400 invalidSyntax'],
      ['DELETE of a resource type', { method: 'DELETE', path: '/Users' }, '400 invalidSyntax', '400 invalidSyntax'],
      ['DELETE of nothing', { method: 'DELETE', path: '/Users//' }, '400 invalidSyntax', '400 invalidSyntax'],
      ['with a path too long', { method: 'DELETE', path: '/Users/1/2' }, '400 invalidSyntax', '400 invalidSyntax'],
      [
        'with a query in its path',
        { method: 'DELETE', path: '/Users/1?a=b' },
        '400 invalidSyntax',
        '400 invalidSyntax',
      ],
      [
        'with a path that cannot be decoded',
        { method: 'DELETE', path: '/Users/%zz' },
        '400 invalidSyntax',
        '400 invalidSyntax',
      ],
      [
        'with half a surrogate pair',
        { method: 'DELETE', path: '/Users/\ud800' },
        '400 invalidSyntax',
        '400 invalidSyntax',
      ],
      ['at an endpoint that is not there', { method: 'DELETE', path: '/Devices/1' }, '404', '404'],
      ['Bulk within Bulk', { ...user('a'), path: '/Bulk' }, '404', '404'],
      [
        'with a version that is no text',
        { method: 'DELETE', path: '/Users/1', version: 1 },
        '400 invalidSyntax',
        '400 invalidSyntax',
      ],
    ];
    for (const [what, operation, strict, tolerant] of cases) {
      it(`${what}: ${strict} for a strict token, ${tolerant} for a tolerant one (RFC 7644 §3.7)`, () => {
        expect(verdict(operation)).to.equal(strict);
        expect(verdict(operation, true)).to.equal(tolerant);
      });
    }

    it('is refused by itself for a bulkId that another one has (RFC 7644 §3.7)', () => {
      const [first, second, third] = plan([user('a'), user('a'), user('b')]).operations;
      expect([first?.kind, second?.kind, third?.kind]).to.deep.equal(['write', 'refused', 'write']);
      expect(second).to.include({ method: 'POST', bulkId: 'a' });
    });

    it('keeps the version for If-Match, but not of a POST (RFC 7644 §3.7)', () => {
      const version = 'W/"7"';
      expect(writeAt([{ method: 'DELETE', path: `/Users/${id}`, version }], 0).version).to.equal(version);
      expect(writeAt([{ ...user('a'), version }], 0).version).to.equal(undefined);
    });
  });

  describe('references', () => {
    it('are found in members, in the manager and in several values of one list (RFC 7644 §3.7.2)', () => {
      const operations = [
        user('a'),
        user('ab'),
        group('g', 'bulkId:a', 'bulkId:ab', id),
        user('c', { [enterprise]: { manager: { value: 'bulkId:a' } } }),
      ];
      expect(writeAt(operations, 2).references).to.deep.equal([0, 1]);
      expect(writeAt(operations, 3).references).to.deep.equal([0]);
    });

    it('are found in the path, in values and in the filters of PATCH paths (RFC 7644 §3.7.2)', () => {
      const operations = [
        user('a'),
        group('g'),
        patch('/Groups/bulkId:g', { op: 'remove', path: 'members[value eq "bulkId:a"]' }),
      ];
      expect(writeAt(operations, 2).references).to.deep.equal([1, 0]);
    });

    it('are whole texts: others that only hold bulkId: are values (RFC 7644 §3.7.2)', () => {
      const data = { displayName: 'see bulkId:x', nickName: 'BULKID:x', title: 'bulkid:x' };
      expect(writeAt([user('a', data)], 0).references).to.deep.equal([]);
    });

    it('to a bulkId that no POST has are refused with invalidValue (RFC 7644 §3.7.2)', () => {
      expect(verdict(group('g', 'bulkId:nobody'))).to.equal('400 invalidValue');
      expect(verdict({ method: 'DELETE', path: '/Users/bulkId:nobody' })).to.equal('400 invalidValue');
      expect(verdict(group('g', 'bulkId:'))).to.equal('400 invalidValue');
      expect(verdict(group('g', 'bulkId:__proto__'))).to.equal('400 invalidValue');
      const put = { method: 'PUT', bulkId: 'p', path: `/Users/${id}`, data: { manager: { value: 'bulkId:p' } } };
      expect(verdict(put)).to.equal('400 invalidValue');
    });

    it('in read-only attributes of a resource mean nothing (RFC 7643 §2.2)', () => {
      const data = { id: 'bulkId:x', meta: { version: 'bulkId:x' }, groups: [{ value: 'bulkId:x' }] };
      expect(writeAt([user('a', data)], 0).references).to.deep.equal([]);
    });

    it('are replaced exactly, one bulkId being the beginning of another (RFC 7644 §3.7.2)', () => {
      const ids = new Map([
        ['a', '1'],
        ['ab', '2'],
      ]);
      const operations = [
        user('a'),
        user('ab'),
        patch(
          '/Groups/bulkId:ab',
          { op: 'add', path: 'members', value: [{ value: 'bulkId:a' }, { value: 'bulkId:ab' }] },
          { op: 'remove', path: 'members[value eq "bulkId:ab" or value eq "bulkId:a" or value eq "x\\"bulkId:a"]' },
        ),
      ];
      const write = writeAt(operations, 2);
      expect(resolveText(write.id ?? '', ids)).to.equal('2');
      expect(resolveData(write, ids)).to.deep.equal({
        Operations: [
          { op: 'add', path: 'members', value: [{ value: '1' }, { value: '2' }] },
          { op: 'remove', path: 'members[value eq "2" or value eq "1" or value eq "x\\"bulkId:a"]' },
        ],
      });
      expect(JSON.stringify(write.data)).to.contain('bulkId:ab');
    });

    it('in a filter are read as JSON strings, and one without an end is left alone (RFC 7644 §3.4.2.2)', () => {
      const operations = [
        user('a"b'),
        patch(`/Groups/${id}`, { op: 'remove', path: 'members[value eq "bulkId:a\\"b"]' }),
        patch(`/Groups/${id}`, { op: 'remove', path: 'members[value eq "bulkId:a' }),
      ];
      expect(writeAt(operations, 1).references).to.deep.equal([0]);
      expect(writeAt(operations, 2).references).to.deep.equal([]);
      expect(resolveData(writeAt(operations, 1), new Map([['a"b', '1']]))).to.deep.equal({
        Operations: [{ op: 'remove', path: 'members[value eq "1"]' }],
      });
    });
  });

  describe('the order', () => {
    it('settles an operation in its place when it refers backwards or to nothing (RFC 7644 §3.7)', () => {
      expect(settlesAt([user('a'), group('g', 'bulkId:a'), patch('/Groups/bulkId:g')])).to.deep.equal([0, 1, 2]);
    });

    it('settles it after the last that it refers to, directly or through others (RFC 7644 §3.7.1)', () => {
      const operations = [group('a', 'bulkId:b'), group('b', 'bulkId:c'), user('x'), group('c'), user('y')];
      expect(settlesAt(operations)).to.deep.equal([3, 3, 2, 3, 4]);
    });

    it('settles a circle as one, and what refers to itself in its place (RFC 7644 §3.7.1)', () => {
      expect(settlesAt([group('a', 'bulkId:b'), group('b', 'bulkId:a'), group('c', 'bulkId:c')])).to.deep.equal([
        1, 1, 2,
      ]);
    });

    it('keeps the order of operations on one resource when the first has to wait (RFC 7644 §3.7)', () => {
      const path = `/Groups/${id}`;
      const add = patch(path, { op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] });
      expect(
        settlesAt([add, { method: 'DELETE', path }, { method: 'DELETE', path: '/Groups/2' }, user('a')]),
      ).to.deep.equal([3, 3, 2, 3]);
    });

    it('of a circle of 1,000, of a chain and of a web of references is found at once (RFC 7644 §3.7.1)', () => {
      const ring = Array.from({ length: 1_000 }, (_, index) => group(`g${index}`, `bulkId:g${(index + 1) % 1_000}`));
      const chain = ring.slice(0, -1).concat(group('g999'));
      const everybody = Array.from({ length: 60 }, (_, index) => `bulkId:w${index}`);
      const web = everybody.map((_, index) => group(`w${index}`, ...everybody));
      const start = performance.now();
      expect(new Set(settlesAt(ring))).to.deep.equal(new Set([999]));
      expect(new Set(settlesAt(chain))).to.deep.equal(new Set([999]));
      expect(new Set(settlesAt(web))).to.deep.equal(new Set([59]));
      expect(performance.now() - start).to.be.below(5_000);
    });

    it('is found in linear time when paths are full of quotes and backslashes (RFC 7644 §3.7)', () => {
      const path = `members[value eq "bulkId:${'\\"'.repeat(4_000)}`;
      const operations = Array.from({ length: 100 }, () => ({ op: 'remove', path }));
      const start = performance.now();
      expect(plan([patch(`/Groups/${id}`, ...operations)]).operations[0]?.kind).to.equal('write');
      expect(performance.now() - start).to.be.below(5_000);
    });
  });

  describe('a resource that has to be linked later', () => {
    it('is made without the elements of lists and the attributes that wait (RFC 7644 §3.7.1)', () => {
      const waiting = new Set(['b']);
      const members = [{ value: '1' }, { value: 'bulkId:b' }];
      expect(splitLinks(groupType, { displayName: 'G', members }, waiting)).to.deep.equal({
        now: { displayName: 'G', members: [{ value: '1' }] },
        later: { members: [{ value: 'bulkId:b' }] },
      });
      const extension = { employeeNumber: '7', manager: { value: 'bulkId:b' } };
      expect(splitLinks(userType, { userName: 'u', [enterprise]: extension }, waiting)).to.deep.equal({
        now: { userName: 'u', [enterprise]: { employeeNumber: '7' } },
        later: { [enterprise]: { manager: { value: 'bulkId:b' } } },
      });
    });

    it('is made whole when nothing waits (RFC 7644 §3.7.1)', () => {
      const data = { displayName: 'G', members: [{ value: 'bulkId:a' }] };
      expect(splitLinks(groupType, data, new Set(['b']))).to.deep.equal({ now: data, later: undefined });
    });
  });
});
