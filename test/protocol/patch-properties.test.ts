import { expect } from 'chai';
import fc from 'fast-check';
import { RequestError } from '../../src/errors.js';
import { applyChanges } from '../../src/protocol/apply-changes.js';
import { planPatch } from '../../src/protocol/plan-patch.js';
import { conformerFor } from '../../src/schema/conform.js';
import type { ResourceDocument } from '../../src/schema/document.js';
import { groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import { patchOp, patched, strict, tolerant } from '../support/patch.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const text = fc.constantFrom('a', 'A', 'work', 'home', 'a@x', '', 'ß', '\u0000', '"', 'true');
const scalar = fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null));
const sub = fc.constantFrom('value', 'type', 'primary', 'display', '$ref', 'givenName', 'manager', '__proto__', 'nope');
const object = fc.dictionary(sub, scalar, { maxKeys: 4 });
const value = fc.oneof(scalar, object, fc.array(fc.oneof(object, scalar), { maxLength: 4 }), fc.jsonValue());
const name = fc.constantFrom(
  'title',
  'userName',
  'active',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'roles',
  'groups',
  'id',
  'meta',
  'schemas',
  'members',
  'members.value',
  'password',
  enterprise,
  `${enterprise}:manager`,
  `${enterprise}:department`,
  '__proto__',
  'nope',
);
const filter = fc.constantFrom(
  '',
  '[type eq "work"]',
  '[primary eq true]',
  '[value co "a"]',
  '[not (type pr)]',
  '[',
  '[x eq 1]',
);
const path = fc.tuple(name, filter, fc.constantFrom('', '.value', '.primary', '.nope')).map((parts) => parts.join(''));
const operation = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'Add', 'move'),
    path: fc.oneof(path, fc.constant(undefined)),
    value: fc.oneof(value, fc.dictionary(name, value, { maxKeys: 4 })),
  },
  { requiredKeys: ['op'] },
);

const email = fc.record({ value: text, type: text, primary: fc.boolean(), display: text }, { requiredKeys: ['value'] });
const emails = fc.uniqueArray(email, { maxLength: 5, selector: (each) => each.value }).map((list) => {
  const first = list.findIndex((each) => each.primary === true);
  return list.map((each, index) => (each.primary === true && index !== first ? { ...each, primary: false } : each));
});
const document = fc.record(
  { title: text, name: fc.record({ givenName: text }), emails, [enterprise]: fc.record({ department: text }) },
  { requiredKeys: [] },
);

function refusal(call: () => unknown): RequestError | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  return undefined;
}

function storable(type: ResourceType, drawn: ResourceDocument): ResourceDocument {
  try {
    return conformerFor(type).resource({ userName: 'u', displayName: 'g', ...drawn }, { unknown: 'ignore' });
  } catch {
    return {};
  }
}

describe('PATCH of anything', () => {
  it('is applied or refused with 400, for whatever operations (RFC 7644 §3.5.2)', () => {
    const types = fc.constantFrom(userType, groupType);
    const options = fc.constantFrom(strict, tolerant);
    fc.assert(
      fc.property(types, options, document, fc.array(operation, { maxLength: 5 }), (type, how, drawn, operations) => {
        const refused = refusal(() => patched(type, storable(type, drawn), operations, how, { id: '42' }));
        expect(refused?.status ?? 400).to.equal(400);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is refused with 400 for whatever body (RFC 7644 §3.5.2)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(strict, tolerant), (body, how) => {
        expect(refusal(() => planPatch(userType, body, how))?.status).to.equal(400);
      }),
    );
  });

  it('leaves a document that conforms as it stands (RFC 7643 §2)', () => {
    fc.assert(
      fc.property(document, fc.array(operation, { minLength: 1, maxLength: 5 }), (drawn, operations) => {
        const before = storable(userType, drawn);
        let after: ResourceDocument = before;
        if (refusal(() => (after = patched(userType, before, operations, tolerant).document)) !== undefined) return;
        const schemas = [userType.core.id, enterprise];
        expect(
          conformerFor(userType).resource({ userName: 'u', ...after, schemas }, { unknown: 'refuse' }),
        ).to.deep.equal({
          userName: 'u',
          ...after,
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('adds once: the same add a second time changes nothing (RFC 7644 §3.5.2.1)', () => {
    // Not with a filter that the value itself may make untrue: then the second add has another target.
    const target = fc.oneof(
      name,
      fc.constantFrom('emails.display', 'emails[type eq "work"].value', 'emails[type eq "work"].display'),
    );
    const add = fc.oneof(
      fc.record({ op: fc.constant('add'), path: fc.constant('emails'), value: emails }),
      fc.record({ op: fc.constant('add'), path: target, value }),
      fc.record({ op: fc.constant('add'), value: document }),
    );
    fc.assert(
      fc.property(document, add, (drawn, operation_) => {
        const before = storable(userType, drawn);
        let once: ResourceDocument = before;
        if (refusal(() => (once = patched(userType, before, [operation_], tolerant).document)) !== undefined) return;
        expect(patched(userType, once, [operation_], tolerant)).to.deep.equal({ document: once, changed: [] });
      }),
      { numRuns: 3_000 },
    );
  });

  it('changes a document by itself only: the plan knows no document (RFC 7644 §3.5.2)', () => {
    const plan = planPatch(userType, patchOp({ op: 'add', path: 'title', value: 'Dr' }), strict);
    for (const before of [{}, { title: 'Ms' }]) {
      expect(applyChanges(userType, { document: before, readOnly: {} }, plan.document).document).to.deep.equal({
        title: 'Dr',
      });
    }
  });
});
