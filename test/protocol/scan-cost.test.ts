import { expect } from 'chai';
import { parseFilter } from '../../src/protocol/parse-filter.js';
import { resolveFilter } from '../../src/protocol/resolve-filter.js';
import { maxScanCost, refuseCostlyScan, scanCost } from '../../src/protocol/scan-cost.js';
import { userType } from '../../src/schema/resource-type.js';
import { thrownBy } from '../support/thrown-by.js';

function costOf(text: string): number {
  return scanCost(resolveFilter(userType, parseFilter(text)));
}

const times = (count: number, leaf: (number: number) => string, operator: string) =>
  Array.from({ length: count }, (_, number) => leaf(number)).join(` ${operator} `);

const cases: readonly (readonly [title: string, text: string, cost: number])[] = [
  ['one test of a value', 'title co "a"', 3],
  ['a test of the end of a value', 'title ew "a"', 4],
  ['a value that is read once for two tests', 'title co "a" or title co "b"', 4],
  ['a list of alternatives', times(190, (number) => `title eq "${number}"`, 'or'), 3],
  ['a list of values that it must differ from', times(190, (number) => `title ne "${number}"`, 'and'), 3],
  ['the same test again', times(190, () => 'title co "a"', 'or'), 3],
  ['a look through values', 'emails.value co "a"', 10],
  ['one look for alternatives', 'emails.value co "a" or emails.value co "b"', 12],
  ['a list of alternatives among values', times(190, (number) => `emails.value eq "${number}"`, 'or'), 10],
  ['a look for each value that must be there', 'emails.value co "a" and emails.value co "b"', 20],
  ['two sub-attributes of a value', 'emails[type eq "work" and value co "a"]', 14],
  ['a look through memberships', 'groups.display co "a"', 16],
];

describe('the cost of a scan', () => {
  for (const [title, text, cost] of cases) {
    it(`is ${cost} for ${title}`, () => {
      expect(costOf(text)).to.equal(cost);
    });
  }

  it('lets a search box pass: two words in six attributes', () => {
    const word = (text: string) =>
      `(${['userName', 'displayName', 'name.givenName', 'name.familyName', 'title', 'nickName']
        .map((name) => `${name} co "${text}"`)
        .join(' or ')})`;
    expect(costOf(`${word('ada')} and ${word('lov')}`)).to.be.below(maxScanCost);
  });

  it('refuses more with invalidFilter, saying what would help (RFC 7644 §3.12)', () => {
    const filter = resolveFilter(userType, parseFilter(times(60, (number) => `title co "${number}"`, 'or')));
    const error = thrownBy(() => refuseCostlyScan(filter));
    expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
    expect(String(error)).to.contain('userName');
  });
});
