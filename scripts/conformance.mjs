import { readFileSync, writeFileSync } from 'node:fs';
import { listTests } from './list-tests.mjs';
import { inProject, main, readJson, SetupError } from './project.mjs';

/**
 * One sentence of a specification. `tests` are the titles of those that prove it, as they stand in `it(…)`; `why` says what is
 * to be known besides, or, with `kind` in place of tests, why there is none.
 * @typedef {{
 *   readonly section: string,
 *   readonly says: string,
 *   readonly asks: string,
 *   readonly tests?: readonly string[],
 *   readonly kind?: 'client' | 'deployment' | 'not offered' | 'differs',
 *   readonly why?: string,
 * }} Requirement
 */

const specifications = [
  { name: 'RFC 7643', title: 'Core Schema', file: 'rfc7643' },
  { name: 'RFC 7644', title: 'Protocol', file: 'rfc7644' },
  { name: 'RFC 9865', title: 'Cursor-Based Pagination', file: 'rfc9865' },
];
const page = inProject('docs/conformance.md');

/** What is wrong with a row. @param {Requirement} row @param {ReadonlySet<string>} titles @returns {readonly string[]} */
function faults({ section, asks, tests = [], kind, why }, titles) {
  const place = `§${section} “${asks}”`;
  return [
    ...tests.filter((title) => !titles.has(title)).map((title) => `${place}: no test has the title “${title}”`),
    ...((tests.length === 0) === (kind !== undefined) ? [] : [`${place}: wants tests or a kind, and not both`]),
    ...(kind !== undefined && why === undefined ? [`${place}: does not say why`] : []),
  ];
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '\\|').replaceAll('*', '\\*');
}

/** @param {Requirement} row */
function line({ section, says, asks, tests = [], kind, why }) {
  const reason = why === undefined ? [] : [`_${kind === undefined ? '' : `${kind}: `}${cell(why)}_`];
  const proof = [...tests.map(cell), ...reason].join('<br>');
  return `| §${section} | ${says} | ${cell(asks)} | ${proof} |`;
}

/** @param {readonly Requirement[]} rows */
function summary(rows) {
  const kinds = ['client', 'deployment', 'not offered', 'differs'];
  const counts = kinds.map((kind) => ({ kind, count: rows.filter((row) => row.kind === kind).length }));
  const others = counts.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} ${kind}`);
  const proved = rows.filter(({ tests = [] }) => tests.length > 0).length;
  return `${rows.length} rows: ${[`${proved} proved by tests`, ...others].join(', ')}.`;
}

/** @param {(typeof specifications)[number] & { readonly rows: readonly Requirement[] }} specification */
function chapter({ name, title, rows }) {
  return [
    `## ${name}: ${title}`,
    '',
    summary(rows),
    '',
    '| Section | Says | What is asked | Tests that prove it |',
    '| --- | --- | --- | --- |',
    ...rows.map(line),
    '',
  ];
}

const introduction = `# Conformance

Every sentence of RFC 7643, RFC 7644 and RFC 9865 that holds MUST, MUST NOT, SHALL, REQUIRED, SHOULD or RECOMMENDED, in our own
words, with the titles of the tests that prove it. Left out are the definitions of these words and the rules for registries.
Where there is no test, the last column says why:

- **client**: it asks something of clients, or of the data that they send; the service takes it as it comes.
- **deployment**: it is decided where the service runs.
- **not offered**: it belongs to something optional that this service does not have.
- **differs**: the service does otherwise, for the reason given. Only what is recommended is ever done otherwise.

The rows are in \`test/conformance/requirements\`; \`npm run conformance\` writes this page and fails where a title is no test's.
`;

await main(async () => {
  const titles = new Set((await listTests()).map(({ title }) => title));
  const chapters = specifications.map((each) => {
    /** @type {readonly Requirement[]} */
    const rows = readJson(inProject(`test/conformance/requirements/${each.file}.json`));
    return { ...each, rows };
  });
  const wrong = chapters.flatMap(({ name, rows }) =>
    rows.flatMap((row) => faults(row, titles)).map((each) => `${name} ${each}`),
  );
  if (wrong.length > 0) throw new SetupError(`docs/conformance.md\n${wrong.join('\n')}`);
  const text = [introduction, ...chapters.flatMap(chapter)].join('\n');
  if (!process.argv.includes('--check')) {
    writeFileSync(page, text);
  } else if (readFileSync(page, 'utf8') !== text) {
    throw new SetupError('docs/conformance.md is out of date: npm run conformance');
  }
});
