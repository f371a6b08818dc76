import { expect } from 'chai';
import fc from 'fast-check';
import { readToken } from '../../src/protocol/filter-lexer.js';
import type { FilterNode } from '../../src/protocol/filter-tree.js';
import { filterLimits, parseFilter, parsePatchPath } from '../../src/protocol/parse-filter.js';
import { thrownBy } from '../support/thrown-by.js';

/** The tree in short: `(and (eq a 1) (not (pr b)))`. */
function sketch(node: FilterNode): string {
  if (node.kind === 'not') return `(not ${sketch(node.operand)})`;
  if (node.kind === 'present') return `(pr ${node.path})`;
  if (node.kind === 'compare') return `(${node.operator} ${node.path} ${JSON.stringify(node.value)})`;
  if (node.kind === 'valuePath') return `(in ${node.path} ${sketch(node.filter)})`;
  return `(${node.kind} ${node.operands.map(sketch).join(' ')})`;
}

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('parseFilter', () => {
  const trees: readonly (readonly [string, string])[] = [
    ['userName eq "bjensen"', '(eq userName "bjensen")'],
    ['userName Eq "john"', '(eq userName "john")'],
    ['  title   PR  ', '(pr title)'],
    ['a ne null', '(ne a null)'],
    ['a eq true', '(eq a true)'],
    ['a eq false', '(eq a false)'],
    ['a gt -12.5e1', '(gt a -125)'],
    ['a co "" and b sw "x" and c ew "y"', '(and (co a "") (sw b "x") (ew c "y"))'],
    ['a ge 1 or b lt 2 or c le 3', '(or (ge a 1) (lt b 2) (le c 3))'],
    ['a pr or b pr and c pr', '(or (pr a) (and (pr b) (pr c)))'],
    ['a pr and b pr or c pr', '(or (and (pr a) (pr b)) (pr c))'],
    ['(a pr or b pr) and c pr', '(and (or (pr a) (pr b)) (pr c))'],
    ['not (a pr) and b pr', '(and (not (pr a)) (pr b))'],
    ['not (a pr and b pr) or c pr', '(or (not (and (pr a) (pr b))) (pr c))'],
    ['NOT(a pr) AND NOT ((b pr))', '(and (not (pr a)) (not (pr b)))'],
    ['not (not (a pr))', '(not (not (pr a)))'],
    ['emails[type eq "work" and not (value co "x")]', '(in emails (and (eq type "work") (not (co value "x"))))'],
    ['emails[type eq "work"].value eq "x"', '(in emails (and (eq type "work") (eq value "x")))'],
    ['emails[a pr or b pr].value pr', '(in emails (and (or (pr a) (pr b)) (pr value)))'],
    ['emails[ type pr ] and a pr', '(and (in emails (pr type)) (pr a))'],
    ['name.familyName co "O\'Malley"', '(co name.familyName "O\'Malley")'],
    [`${enterprise}:manager.value eq "1"`, `(eq ${enterprise}:manager.value "1")`],
    [`${enterprise.toUpperCase()}:MANAGER[value pr]`, `(in ${enterprise.toUpperCase()}:MANAGER (pr value))`],
    ['members.$ref sw "https://"', '(sw members.$ref "https://")'],
    ['a eq "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"', '(eq a "\\"\\\\/\\b\\f\\n\\r\\té😀")'],
    ['a eq ") or (b pr"', '(eq a ") or (b pr")'],
  ];

  for (const [text, tree] of trees) {
    it(`reads ${text} as ${tree} (RFC 7644 §3.4.2.2)`, () => expect(sketch(parseFilter(text))).to.equal(tree));
  }

  const faults: readonly (readonly [string, number, RegExp])[] = [
    ['', 0, /expected an attribute/],
    ['   ', 3, /expected an attribute/],
    ['userName', 8, /expected an operator/],
    ['userName eq', 11, /expected a value/],
    ['userName eq bjensen', 12, /expected a value/],
    ['userName regex "x"', 9, /the operator "regex" is not supported/],
    ['userName eq "x', 12, /a string is not closed/],
    ['userName eq "x\\"', 12, /a string is not closed/],
    ['userName eq "\\x"', 12, /not a JSON string/],
    ['userName eq "a\nb"', 12, /not a JSON string/],
    ['userName eq "\\u0000"', 12, /no value can have/],
    ['userName eq "\\ud800"', 12, /no value can have/],
    ["userName eq 'x'", 12, /unexpected character/],
    ['a eq 01', 5, /not a JSON number/],
    ['a eq 1e999', 5, /not a JSON number/],
    ['a eq True', 5, /expected a value/],
    ['"x" eq userName', 0, /expected an attribute/],
    ['a pr b pr', 5, /expected the end/],
    ['a pr and', 8, /expected an attribute/],
    ['a pr and and b pr', 13, /the operator "b" is not supported/],
    ['and a pr', 4, /the operator "a" is not supported/],
    ['a pr)and(b pr', 4, /expected the end/],
    ['(a pr)and (b pr)', 6, /expected a space/],
    ['(a pr', 5, /expected "and", "or" or "\)"/],
    ['a pr)', 4, /expected the end/],
    ['()', 1, /expected an attribute/],
    ['not a pr', 4, /expected "\(" after "not"/],
    ['emails[]', 7, /expected an attribute/],
    ['emails[type pr', 14, /expected "and", "or" or "\]"/],
    ['emails[type pr)', 14, /expected "and", "or" or "\]"/],
    ['emails [type pr]', 7, /expected an operator/],
    ['emails[a[b pr]]', 8, /cannot hold another value filter/],
    ['emails[type pr].value', 21, /expected an operator/],
    ['emails[type pr].', 15, /not a sub-attribute/],
    ['emails[type pr] .value pr', 16, /expected the end/],
    ['a..b pr', 0, /not an attribute path/],
    ['a.b.c pr', 0, /not an attribute path/],
    ['urn:x:2.0: pr', 0, /not an attribute path/],
    ['a eq {"b":1}', 5, /unexpected character "\{"/],
    ['a pr; drop table users', 4, /unexpected character ";"/],
  ];

  for (const [text, position, message] of faults) {
    it(`refuses ${JSON.stringify(text)} at position ${position} (RFC 7644 §3.4.2.2, §3.12)`, () => {
      const error = thrownBy(() => parseFilter(text));
      expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
      expect(error.message)
        .to.match(message)
        .and.match(new RegExp(`at position ${position}$`));
    });
  }

  it('answers any text with a tree or with 400 invalidFilter (RFC 7644 §3.12)', () => {
    const piece = fc.constantFrom(
      'a',
      'not',
      'and',
      'or',
      'eq',
      'pr',
      '(',
      ')',
      '[',
      ']',
      '.b',
      '"x"',
      '"',
      '\\',
      '1',
      ' ',
      'é',
      ':',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const error = thrownBy(() => void parseFilter(text), 'or nothing');
          if (error !== undefined) expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('the limits of a filter', () => {
  const { depth, length, nodes } = filterLimits;
  const repeat = (text: string, times: number) => Array.from({ length: times }, () => text);

  const accepted: readonly (readonly [string, string])[] = [
    ['32 levels of brackets', '('.repeat(depth) + 'a pr' + ')'.repeat(depth)],
    ['32 levels of not', 'not ('.repeat(depth) + 'a pr' + ')'.repeat(depth)],
    ['199 expressions in one list', repeat('a pr', nodes - 1).join(' or ')],
    ['8,192 characters', `a eq "${'x'.repeat(length - 7)}"`],
  ];
  for (const [title, text] of accepted) {
    it(`takes ${title} (RFC 7644 §3.4.2.2)`, () => expect(parseFilter(text)).to.have.property('kind'));
  }

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['33 levels of brackets', '('.repeat(depth + 1) + 'a pr' + ')'.repeat(depth + 1), /deeper than 32 levels/],
    ['33 levels with a value path', '('.repeat(depth) + 'a[b pr]' + ')'.repeat(depth), /deeper than 32 levels/],
    ['8,000 open brackets', '('.repeat(8_000), /deeper than 32 levels/],
    ['8,000 characters of not', 'not('.repeat(2_000), /deeper than 32 levels/],
    ['400 alternating or and and', repeat('a pr or b pr and', 200).join(' ') + ' c pr', /more than 200 expressions/],
    ['201 expressions', repeat('a pr', nodes + 1).join(' and '), /more than 200 expressions/],
    ['8,193 characters', `a eq "${'x'.repeat(length - 6)}"`, /longer than 8192 characters/],
    ['a megabyte', 'a'.repeat(1_000_000), /longer than 8192 characters/],
    ['a run of backslashes', `a eq "${'\\'.repeat(8_001)}`, /not closed/],
    ['escaped quotes without an end', `a eq "${'\\"'.repeat(4_000)}`, /not closed/],
    ['quotes alone', '"'.repeat(8_001), /expected an attribute/],
  ];
  for (const [title, text, message] of refused) {
    it(`refuses ${title} with 400 (RFC 7644 §3.12)`, () => {
      const error = thrownBy(() => parseFilter(text));
      expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
      expect(error.message).to.match(message);
    });
  }

  it('reads each character once: tokens do not overlap and leave nothing out (RFC 7644 §3.4.2.2)', () => {
    const texts = [
      '(('.repeat(2_000),
      'a eq "\\\\\\"" '.repeat(600),
      'a.b:c '.repeat(1_000),
      '"\\\\" '.repeat(1_500),
      '1e5 '.repeat(2_000),
    ];
    for (const text of texts) {
      let at = 0;
      for (let steps = 0; at < text.length; steps += 1) {
        expect(steps).to.be.at.most(text.length);
        const token = readToken(text, at, (what) => new Error(what));
        expect(text.slice(at, token.position).trim()).to.equal('');
        expect(token.end).to.equal(token.position + token.text.length);
        at = token.kind === 'end' ? text.length : token.end;
      }
    }
  });

  it('takes no longer than a moment for any of the hostile texts (RFC 7644 §3.12)', () => {
    const start = performance.now();
    for (const [, text] of refused) thrownBy(() => parseFilter(text));
    for (const [, text] of accepted) parseFilter(text);
    expect(performance.now() - start).to.be.below(5_000);
  });
});

describe('parsePatchPath', () => {
  const paths: readonly (readonly [string, string, string?, string?])[] = [
    ['members', 'members'],
    ['name.familyName', 'name.familyName'],
    [enterprise, enterprise],
    [`${enterprise}:manager.displayName`, `${enterprise}:manager.displayName`],
    ['addresses[type eq "work"]', 'addresses', '(eq type "work")'],
    ['members[value eq "2819c223"].displayName', 'members', '(eq value "2819c223")', 'displayName'],
    ['emails[type eq "work" and primary eq true].value', 'emails', '(and (eq type "work") (eq primary true))', 'value'],
    ['members[value eq "1"].$ref', 'members', '(eq value "1")', '$ref'],
  ];
  for (const [text, path, filter, subAttribute] of paths) {
    it(`reads ${text} (RFC 7644 §3.5.2 figure 7)`, () => {
      const parsed = parsePatchPath(text);
      const sketched = parsed.filter === undefined ? undefined : sketch(parsed.filter);
      expect([parsed.path, sketched, parsed.subAttribute]).to.deep.equal([path, filter, subAttribute]);
    });
  }

  const faults = [
    '',
    ' ',
    'a b',
    'a eq "x"',
    'a[',
    'a[b',
    'a[b pr',
    'a[]',
    'a[b pr]c',
    'a[b pr].',
    'a[b pr].c.d',
    'a[b pr][c pr]',
    'a[b pr] and c pr',
    '[a pr]',
    '.a',
    'a.',
    'a[b pr].c eq "x"',
    '(a)',
    'not (a pr)',
  ];
  for (const text of faults) {
    it(`refuses ${JSON.stringify(text)} as invalidPath (RFC 7644 §3.5.2, §3.12)`, () => {
      const error = thrownBy(() => parsePatchPath(text));
      expect(error).to.include({ status: 400, scimType: 'invalidPath' });
      expect(error.message).to.match(/at position \d+$/);
    });
  }
});
