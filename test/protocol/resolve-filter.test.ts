import { expect } from 'chai';
import { parseFilter } from '../../src/protocol/parse-filter.js';
import {
  resolveFilter,
  resolveValueFilter,
  type ResolvedFilter,
  type ValueFilter,
} from '../../src/protocol/resolve-filter.js';
import type { Test } from '../../src/protocol/resolved-filter.js';
import { readAttributes } from '../../src/schema/attribute.js';
import { defineResourceType, groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import { thrownBy } from '../support/thrown-by.js';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function sketchTest(name: string, test: Test): string {
  if (test.operator === 'pr') return `(pr ${name})`;
  const values = test.operator === 'in' ? test.values : [test.value];
  return `(${test.operator} ${name} ${test.comparand} ${values.map((value) => JSON.stringify(value)).join(' ')})`;
}

function sketch(filter: ResolvedFilter | ValueFilter): string {
  if (filter.kind === 'not') return `(not ${sketch(filter.operand)})`;
  if (filter.kind === 'attribute') return sketchTest(filter.path.text, filter.test);
  if (filter.kind === 'value') return sketchTest(filter.subAttribute?.name ?? 'this', filter.test);
  if (filter.kind === 'element') return `(in ${filter.path.text} ${sketch(filter.filter)})`;
  // Both kinds of tree have operands of their own kind.
  return `(${filter.kind} ${(filter.operands as readonly (ResolvedFilter | ValueFilter)[]).map(sketch).join(' ')})`;
}

const plain = {
  description: '',
  required: false,
  mutability: 'readWrite',
  returned: 'default',
  multiValued: false,
} as const;
const measured = defineResourceType(
  { name: 'User', endpoint: '/Users', description: '' },
  {
    id: 'urn:ietf:params:scim:schemas:example:2.0:Measured',
    name: 'Measured',
    description: '',
    attributes: [
      { ...plain, name: 'weight', type: 'decimal' },
      { ...plain, name: 'floor', type: 'integer' },
      { ...plain, name: 'hired', type: 'dateTime' },
      { ...plain, name: 'secret', type: 'string', returned: 'never' },
      {
        ...plain,
        name: 'key',
        type: 'complex',
        subAttributes: [
          { ...plain, name: 'value', type: 'string', mutability: 'writeOnly' },
          { ...plain, name: 'hint', type: 'string' },
        ],
      },
    ],
  },
  [],
);

describe('resolveFilter', () => {
  const resolved: readonly (readonly [string, string, ResourceType?])[] = [
    ['USERNAME eq "BJensen"', '(eq userName folded "bjensen")'],
    ['externalId eq "AbC"', '(eq externalId exact "AbC")'],
    ['profileUrl sw "HTTPS"', '(sw profileUrl exact "HTTPS")'],
    ['active eq true', '(eq active boolean true)'],
    ['meta.created gt "2011-05-13T06:42:34.5+02:00"', '(gt meta.created instant "2011-05-13T04:42:34.500Z")'],
    [`schemas eq "URN:X"`, '(eq schemas folded "urn:x")'],
    ['title eq null', '(not (pr title))'],
    ['title ne null', '(pr title)'],
    ['emails co "Example.com"', '(co emails.value folded "example.com")'],
    [`${enterprise.toUpperCase()}:MANAGER eq "A"`, `(eq ${enterprise}:manager.value folded "a")`],
    [
      `${enterprise}:manager pr`,
      `(or (pr ${enterprise}:manager.value) (pr ${enterprise}:manager.$ref) (pr ${enterprise}:manager.displayName))`,
    ],
    ['emails pr', '(in emails (or (pr value) (pr display) (pr type) (pr primary)))'],
    [
      'addresses eq null',
      '(not (in addresses (or (pr formatted) (pr streetAddress) (pr locality) (pr region) (pr postalCode) (pr country) (pr type) (pr primary))))',
    ],
    ['emails[TYPE eq "Work" and value eq null]', '(in emails (and (eq type folded "work") (not (pr value))))'],
    [
      'urn:ietf:params:scim:schemas:extension:muster:2.0:User:units[value eq "Support"]',
      '(in urn:ietf:params:scim:schemas:extension:muster:2.0:User:units (eq this folded "support"))',
    ],
    [
      'members[value eq "A" and type ne "group"]',
      '(in members (and (eq value folded "a") (ne type folded "group")))',
      groupType,
    ],
    ['weight ge 12.5 and floor ne -1', '(and (ge weight number 12.5) (ne floor number -1))', measured],
    ['hired lt "2011-05-13T04:42:34Z"', '(lt hired instant "2011-05-13T04:42:34.000Z")', measured],
    ['key pr', '(pr key.hint)', measured],
    [
      'emails.type eq "a" or emails[value pr] or title pr',
      '(or (in emails (or (eq type folded "a") (pr value))) (pr title))',
    ],
    ['emails.type ne "a" or emails[value pr]', '(or (in emails (pr value)) (ne emails.type folded "a"))'],
    ['not (emails.type eq "a") and not (emails[value pr])', '(not (in emails (or (eq type folded "a") (pr value))))'],
    [
      'title pr and not (emails.type pr) and not (emails.value pr)',
      '(and (pr title) (not (in emails (or (pr type) (pr value)))))',
    ],
  ];
  for (const [text, tree, type = userType] of resolved) {
    it(`resolves ${text} (RFC 7644 §3.4.2.2)`, () => {
      expect(sketch(resolveFilter(type, parseFilter(text)))).to.equal(tree);
    });
  }

  const refused: readonly (readonly [string, number, RegExp, ResourceType?])[] = [
    ['nonsense eq "x"', 0, /unknown attribute "nonsense"/],
    ['title pr and rooms.number eq "1"', 13, /unknown attribute "rooms.number"/],
    ['name.nonsense pr', 0, /unknown attribute/],
    ['members.value eq "x"', 0, /unknown attribute/],
    ['emails[nonsense pr]', 7, /unknown attribute "nonsense"/],
    ['emails[type pr].nonsense pr', 16, /unknown attribute "nonsense"/],
    ['urn:ietf:params:scim:schemas:extension:none:2.0:User:a pr', 0, /unknown attribute/],
    [`${enterprise} pr`, 0, /a schema is not an attribute/],
    ['password eq "x"', 0, /password cannot be read/],
    ['title pr or PassWord pr', 12, /password cannot be read/],
    ['secret sw "a"', 0, /secret cannot be read/, measured],
    ['key.value sw "a"', 0, /key.value cannot be read/, measured],
    ['key eq "a"', 0, /name one of its sub-attributes/, measured],
    ['key[value sw "a"]', 4, /value cannot be read/, measured],
    ['active gt true', 7, /the operator "gt" does not apply to active/],
    ['active ge false', 7, /does not apply/],
    ['active lt true', 7, /does not apply/],
    ['active le true', 7, /does not apply/],
    ['active co true', 7, /does not apply/],
    ['active eq "true"', 10, /active is compared with true or false/],
    ['x509Certificates.value gt "a"', 23, /of type binary/],
    ['x509Certificates.value le "a"', 23, /of type binary/],
    ['x509Certificates.value co "a"', 23, /of type binary/],
    ['emails[primary ge true]', 15, /does not apply to primary/],
    ['meta.created co "2011"', 13, /does not apply/],
    ['meta.created sw "2011"', 13, /does not apply/],
    ['meta.created gt "yesterday"', 16, /a dateTime such as/],
    ['meta.created gt "2011-02-30T00:00:00Z"', 16, /a dateTime such as/],
    ['meta.created eq 2011', 16, /a dateTime such as/],
    ['userName eq 5', 12, /userName is compared with a string/],
    ['userName eq true', 12, /userName is compared with a string/],
    ['userName co null', 9, /null can only be compared/],
    ['userName gt null', 9, /null can only be compared/],
    ['name eq "x"', 0, /name is complex: name one of its sub-attributes/],
    ['addresses co "x"', 0, /addresses is complex/],
    ['userName[value eq "x"]', 0, /has no values/],
    ['emails.value[value eq "x"]', 0, /has no values/],
    ['weight co "1"', 7, /does not apply/, measured],
    ['weight eq "1"', 10, /weight is compared with a number/, measured],
  ];
  for (const [text, position, message, type = userType] of refused) {
    it(`refuses ${text} at position ${position} (RFC 7644 §3.4.2.2, §3.12)`, () => {
      const error = thrownBy(() => resolveFilter(type, parseFilter(text)));
      expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
      expect(error.message)
        .to.match(message)
        .and.match(new RegExp(`at position ${position}$`));
    });
  }

  it('refuses to look through memberships more than 20 times, and counts alternatives once (RFC 7644 §3.4.2.2)', () => {
    const list = (length: number, operator: string) =>
      Array.from({ length }, (_, number) => `groups.display co "${number}"`).join(` ${operator} `);
    const error = thrownBy(() => resolveFilter(userType, parseFilter(list(21, 'and'))));
    expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
    expect(resolveFilter(userType, parseFilter(list(20, 'and')))).to.have.property('kind', 'and');
    expect(resolveFilter(userType, parseFilter(list(190, 'or')))).to.have.property('kind', 'element');
  });

  it('resolves the largest filter in a moment (RFC 7644 §3.4.2.2)', () => {
    const text = Array.from({ length: 199 }, () => 'addresses pr').join(' or ');
    const start = performance.now();
    resolveFilter(userType, parseFilter(text));
    expect(performance.now() - start).to.be.below(5_000);
  });
});

describe('resolveValueFilter', () => {
  const [labels, emails] = readAttributes([
    { ...plain, name: 'labels', type: 'string', multiValued: true },
    {
      ...plain,
      name: 'emails',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ ...plain, name: 'type', type: 'string' }],
    },
  ]).values();

  it('resolves sub-attributes in any letter case (RFC 7644 §3.5.2)', () => {
    if (emails === undefined) throw new Error('no attribute');
    expect(sketch(resolveValueFilter(emails, parseFilter('TYPE eq "Work" or type eq null')))).to.equal(
      '(or (eq type folded "work") (not (pr type)))',
    );
  });

  it('calls the value of a simple attribute "value" (RFC 7644 §3.5.2)', () => {
    if (labels === undefined) throw new Error('no attribute');
    expect(sketch(resolveValueFilter(labels, parseFilter('value sw "A"')))).to.equal('(sw this folded "a")');
  });

  it('refuses a sub-attribute that is not there (RFC 7644 §3.12)', () => {
    if (emails === undefined) throw new Error('no attribute');
    expect(thrownBy(() => resolveValueFilter(emails, parseFilter('kind eq "x"')))).to.include({
      scimType: 'invalidFilter',
    });
  });
});
