import { readdirSync, readFileSync } from 'node:fs';
import { inProject, main, SetupError } from './project.mjs';

/** The rows of the table of behaviours: a letter for each of its parts, and how many it has. */
const parts = { A: 22, B: 22, C: 37, D: 13, E: 27 };

/** Rows that have no test yet. A row that gets one must leave this list, so that it only ever shrinks. @type {readonly string[]} */
const open = [];

// The title of a test, up to the last number of those that it begins with: `it('A12 …`, `it('B3 B4 …`, `it('C6, C7 …`.
const title = /\bit\(\s*['"`]([A-E]\d+(?:,? [A-E]\d+)*)\s/g;

/** The rows that the tests of one file prove. @param {string} path */
function rowsIn(path) {
  return [...readFileSync(path, 'utf8').matchAll(title)].flatMap(([, rows = '']) => rows.split(/,? /));
}

/** @param {string} folder */
function testFiles(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${folder}/${name}`);
}

await main(async () => {
  const rows = Object.entries(parts).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, index) => `${part}${index + 1}`),
  );
  const tested = new Set(testFiles(inProject('test')).flatMap(rowsIn));
  const missing = rows.filter((row) => !tested.has(row) && !open.includes(row));
  const done = open.filter((row) => tested.has(row));
  const unknown = [...tested, ...open].filter((row) => !rows.includes(row));
  const faults = [
    ...(missing.length === 0 ? [] : [`no test has a title that begins with ${missing.join(', ')}`]),
    ...(done.length === 0 ? [] : [`tested now, to be taken out of \`open\`: ${done.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`no such row: ${unknown.join(', ')}`]),
  ];
  if (faults.length > 0) throw new SetupError(`behaviours: ${faults.join('; ')}`);
  console.log(`behaviours: ${rows.length - open.length} of ${rows.length} rows have a test`);
});
