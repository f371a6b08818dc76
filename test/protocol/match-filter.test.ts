import { expect } from 'chai';
import { matchesFilter, matchesValue } from '../../src/protocol/match-filter.js';
import { parseFilter } from '../../src/protocol/parse-filter.js';
import { resolveFilter, resolveValueFilter } from '../../src/protocol/resolve-filter.js';
import { requirePath } from '../../src/schema/attribute-path.js';
import { defineResourceType, userType } from '../../src/schema/resource-type.js';

const emails = requirePath(userType, 'emails').attribute;
const work = { value: 'Ada@Example.com', type: 'Work', primary: true };

describe('matchesValue', () => {
  const cases: readonly (readonly [string, unknown, boolean])[] = [
    ['type eq "work"', work, true],
    ['type eq "home"', work, false],
    ['type ne "home"', work, true],
    ['type ne "home"', { value: 'x' }, true],
    ['type eq "home"', { value: 'x' }, false],
    ['not (type eq "home")', { value: 'x' }, true],
    ['value co "EXAMPLE" and primary eq true', work, true],
    ['value sw "ada@" and value ew ".COM"', work, true],
    ['primary ne true', { value: 'x' }, true],
    ['primary eq null', { value: 'x' }, true],
    ['primary eq false', { value: 'x' }, true],
    ['primary eq false', { value: 'x', primary: false }, true],
    ['primary eq false', work, false],
    ['primary ne false', { value: 'x' }, false],
    ['primary ne false', work, true],
    ['display pr', { display: '' }, false],
    ['display pr or type pr', work, true],
    ['value gt "ada" and value lt "adb"', work, true],
    ['value pr', 'no object', false],
  ];
  for (const [text, value, expected] of cases) {
    it(`says ${expected} of ${JSON.stringify(value)} by ${text} (RFC 7644 §3.5.2)`, () => {
      expect(matchesValue(resolveValueFilter(emails, parseFilter(text)), value)).to.equal(expected);
    });
  }

  it('compares the value itself where it is simple (RFC 7644 §3.5.2)', () => {
    const units = requirePath(userType, 'urn:ietf:params:scim:schemas:extension:muster:2.0:User:units').attribute;
    const filter = resolveValueFilter(units, parseFilter('value eq "support"'));
    expect(['Support', 'Research'].map((unit) => matchesValue(filter, unit))).to.deep.equal([true, false]);
  });
});

describe('matchesFilter', () => {
  const plain = { description: '', required: false, mutability: 'readWrite', returned: 'default' } as const;
  const type = defineResourceType(
    { name: 'User', endpoint: '/Users', description: '' },
    {
      id: 'urn:ietf:params:scim:schemas:example:2.0:Thing',
      name: 'Thing',
      description: '',
      attributes: [
        { ...plain, name: 'sizes', type: 'integer', multiValued: true },
        { ...plain, name: 'seen', type: 'dateTime', multiValued: true },
      ],
    },
    [],
  );
  const thing = { sizes: [9, 10], seen: ['2011-05-13T06:42:34+02:00'] };

  const cases: readonly (readonly [string, boolean])[] = [
    ['sizes eq 10', true],
    ['sizes gt 9', true],
    ['sizes gt 10', false],
    ['sizes ge 10 and sizes le 9', true],
    ['sizes[value ge 10 and value le 9]', false],
    ['sizes ne 9', true],
    ['not (sizes eq 9)', false],
    ['seen eq "2011-05-13T04:42:34Z"', true],
    ['seen lt "2011-05-13T04:42:34.001Z"', true],
    ['seen ne "2011-05-13T04:42:34.000Z"', false],
  ];
  for (const [text, expected] of cases) {
    it(`says ${expected} by ${text}: one of many values is enough (RFC 7644 §3.4.2.2)`, () => {
      expect(matchesFilter(resolveFilter(type, parseFilter(text)), thing)).to.equal(expected);
    });
  }

  it('takes an absent attribute as different from every value (RFC 7644 §3.4.2.2)', () => {
    const matches = (text: string) => matchesFilter(resolveFilter(type, parseFilter(text)), {});
    expect([matches('sizes eq 1'), matches('sizes ne 1'), matches('sizes pr'), matches('sizes eq null')]).to.deep.equal(
      [false, true, false, true],
    );
  });
});
