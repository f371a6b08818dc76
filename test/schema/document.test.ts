import { expect } from 'chai';
import fc from 'fast-check';
import { resolvePath, type AttributePath } from '../../src/schema/attribute-path.js';
import { isEqualValue, readAttribute, schemasOf, writeAttribute } from '../../src/schema/document.js';
import { userType } from '../../src/schema/resource-type.js';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ada = Object.freeze({
  userName: 'ada',
  name: Object.freeze({ givenName: 'Ada' }),
  emails: Object.freeze([
    Object.freeze({ value: 'a@example.com', type: 'work' }),
    Object.freeze({ value: 'b@example.com' }),
  ]),
  [enterprise]: Object.freeze({ manager: Object.freeze({ value: '26' }) }),
});

function path(text: string): AttributePath {
  const resolved = resolvePath(userType, text);
  if (resolved?.kind !== 'attribute') throw new Error(`${text} is no attribute`);
  return resolved;
}

describe('reading an attribute of a document', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['userName', 'ada'],
    ['title', undefined],
    ['name', { givenName: 'Ada' }],
    ['name.givenName', 'Ada'],
    ['name.familyName', undefined],
    ['nickName', undefined],
    ['emails', ada.emails],
    ['emails.value', ['a@example.com', 'b@example.com']],
    ['emails.type', ['work']],
    ['emails.display', undefined],
    ['phoneNumbers.value', undefined],
    [`${enterprise}:manager.value`, '26'],
    [`${enterprise}:manager.$ref`, undefined],
    [`${enterprise}:department`, undefined],
    ['urn:ietf:params:scim:schemas:extension:muster:2.0:User:openId', undefined],
  ];
  for (const [text, expected] of cases) {
    it(`gives ${JSON.stringify(expected)} for ${text} (RFC 7644 §3.10)`, () => {
      expect(readAttribute(ada, path(text))).to.deep.equal(expected);
    });
  }
});

describe('writing an attribute of a document', () => {
  const { [enterprise]: _enterprise, ...withoutEnterprise } = ada;
  const { name: _name, ...withoutName } = ada;
  const cases: readonly (readonly [string, unknown, object])[] = [
    ['userName', 'bob', { ...ada, userName: 'bob' }],
    ['title', undefined, ada],
    ['name.familyName', 'King', { ...ada, name: { givenName: 'Ada', familyName: 'King' } }],
    ['name.givenName', undefined, withoutName],
    ['name', {}, withoutName],
    ['name', null, withoutName],
    ['roles', [], ada],
    ['emails.type', 'home', { ...ada, emails: ada.emails.map((each) => ({ ...each, type: 'home' })) }],
    ['emails.value', undefined, { ...ada, emails: [{ type: 'work' }] }],
    ['phoneNumbers.type', 'work', ada],
    [`${enterprise}:department`, 'x', { ...ada, [enterprise]: { manager: { value: '26' }, department: 'x' } }],
    [`${enterprise}:manager.value`, undefined, withoutEnterprise],
    [`${enterprise}:manager`, undefined, withoutEnterprise],
    [`${enterprise}:division`, undefined, ada],
  ];
  for (const [text, value, expected] of cases) {
    it(`writes ${JSON.stringify(value)} to ${text} and leaves nothing empty behind (RFC 7643 §2.5)`, () => {
      expect(writeAttribute(ada, path(text), value)).to.deep.equal(expected);
    });
  }

  it('leaves the document as it was', () => {
    const before = structuredClone(ada);
    writeAttribute(ada, path(`${enterprise}:manager.value`), '27');
    writeAttribute(ada, path('name.givenName'), undefined);
    expect(ada).to.deep.equal(before);
  });

  it('makes the extension that it needs', () => {
    const document = writeAttribute({ userName: 'bob' }, path(`${enterprise}:manager.value`), '1');
    expect(document).to.deep.equal({ userName: 'bob', [enterprise]: { manager: { value: '1' } } });
  });
});

describe('comparing JSON values', () => {
  const cases: readonly (readonly [unknown, unknown, boolean])[] = [
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1, c: 2 }, false],
    [{}, [], false],
    [[], {}, false],
    [null, {}, false],
    [undefined, null, false],
    ['1', 1, false],
    [{ constructor: 1 }, { other: 1 }, false],
  ];
  for (const [a, b, expected] of cases) {
    it(`finds ${JSON.stringify(a)} and ${JSON.stringify(b)} ${expected ? 'equal' : 'different'}`, () => {
      expect(isEqualValue(a, b)).to.equal(expected);
      expect(isEqualValue(b, a)).to.equal(expected);
    });
  }

  it('finds any value equal to its copy', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isEqualValue(value, structuredClone(value))));
  });
});

describe('the schemas of a document', () => {
  it('are the core schema, then each extension that it holds (RFC 7643 §3)', () => {
    expect(schemasOf(userType, ada)).to.deep.equal([core, enterprise]);
    expect(schemasOf(userType, { userName: 'bob' })).to.deep.equal([core]);
  });
});
