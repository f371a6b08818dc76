import { personId, personKeys } from './staff.js';

/** How many people of `test/support/staff.ts` the counts below are made for. */
export const costlyFilterUsers = 10_000;

const times = (count: number, leaf: (number: number) => string, operator: string) =>
  Array.from({ length: count }, (_, number) => leaf(number)).join(` ${operator} `);
const names = ['title', 'nickName', 'displayName', 'name.familyName', 'locale', 'userType', 'userName', 'timezone'];
const nameAt = (number: number) => names[number % names.length] ?? '';

/** A filter that was made to cost much. */
export interface CostlyFilter {
  readonly title: string;
  readonly filter: string;
  /** How many it finds; undefined where it is refused. */
  readonly found: number | undefined;
}

/** Filters of up to 8 kB: hostile ones, and the dearest that are still answered. */
export const costlyFilters: readonly CostlyFilter[] = [
  { title: '8 kB of brackets', filter: '('.repeat(8_192), found: undefined },
  { title: '8 kB of not', filter: 'not ('.repeat(1_600), found: undefined },
  { title: '8 kB of quotes', filter: `title eq ${'"'.repeat(8_000)}`, found: undefined },
  { title: '8 kB of backslashes', filter: `title eq "${'\\'.repeat(8_000)}"`, found: 0 },
  { title: 'backslashes without an end', filter: `title eq "${'\\'.repeat(7_999)}`, found: undefined },
  { title: 'an unterminated quote', filter: `title eq "${'a'.repeat(8_000)}`, found: undefined },
  { title: '8 kB of blanks', filter: `title pr${' '.repeat(8_100)}`, found: 0 },
  { title: '32 levels of brackets', filter: `${'('.repeat(32)}title eq "a"${')'.repeat(32)}`, found: 0 },
  {
    title: '400 alternating or and and',
    filter: times(400, (number) => `title eq "a" ${number % 2 === 0 ? 'or' : 'and'} nickName pr`, 'or'),
    found: undefined,
  },
  {
    title: '199 tests by turns of or and and',
    filter: Array.from(
      { length: 100 },
      (_, number) => `${nameAt(number)} co "${number}" ${number % 2 === 0 ? 'or' : 'and'}`,
    )
      .join(' ')
      .replace(/ \w+$/, ''),
    found: undefined,
  },
  { title: '190 different tests', filter: times(190, (number) => `title co "a${number}"`, 'or'), found: undefined },
  {
    title: '150 looks through values',
    filter: times(150, (number) => `emails.value co "${number}"`, 'and'),
    found: undefined,
  },
  { title: '190 equalities', filter: times(190, (number) => `title eq "a${number}"`, 'or'), found: 0 },
  {
    title: '190 inequalities',
    filter: times(190, (number) => `title ne "a${number}"`, 'and'),
    found: costlyFilterUsers,
  },
  {
    title: '190 userNames',
    filter: times(190, (number) => `userName eq "${personKeys(number).userName}"`, 'or'),
    found: 190,
  },
  {
    title: '60 names and addresses by turns',
    filter: times(
      60,
      (number) => `userName eq "${personKeys(number).userName}" or emails.value eq "${personKeys(number).workEmail}"`,
      'or',
    ),
    found: 60,
  },
  { title: '150 ids', filter: times(150, (number) => `id eq "${personId(number)}"`, 'or'), found: 150 },
  {
    title: 'the dearest tests of one value',
    filter: times(15, (number) => `userName ew "${number}x"`, 'or'),
    found: 0,
  },
  {
    title: 'the dearest tests of eight',
    filter: times(16, (number) => `${nameAt(number)} co "~${number}"`, 'or'),
    found: 0,
  },
  {
    title: 'the dearest looks through values',
    filter: times(3, (number) => `emails.value co "${'per'[number] ?? ''}"`, 'and'),
    found: costlyFilterUsers,
  },
];
