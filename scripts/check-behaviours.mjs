import { listTests } from './list-tests.mjs';
import { main, SetupError } from './project.mjs';

/** The rows of the table of behaviours: a letter for each of its parts, and how many it has. */
const parts = { A: 22, B: 22, C: 37, D: 13, E: 27 };
/** The suites of `forEachDatabase`. */
const databases = ['SQLite', 'PostgreSQL'];

// What a title begins with: `A12 …`, `B3 B4 …`, `C6, C7 …`.
const named = /^[A-E]\d+(?:,? [A-E]\d+)*(?=\s)/;

await main(async () => {
  const rows = Object.entries(parts).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, index) => `${part}${index + 1}`),
  );
  const proofs = (await listTests()).flatMap(({ title, fullTitle }) =>
    (named.exec(title)?.[0] ?? '')
      .split(/,? /)
      .filter((row) => row !== '')
      .map((row) => ({ row, suites: fullTitle.slice(0, -title.length).split(' ') })),
  );
  const faults = databases.flatMap((database) => {
    const tested = new Set(proofs.filter(({ suites }) => suites.includes(database)).map(({ row }) => row));
    const missing = rows.filter((row) => !tested.has(row));
    return missing.length === 0 ? [] : [`on ${database} no test has a title that begins with ${missing.join(', ')}`];
  });
  const unknown = [...new Set(proofs.map(({ row }) => row))].filter((row) => !rows.includes(row));
  if (unknown.length > 0) faults.push(`no such row: ${unknown.join(', ')}`);
  if (faults.length > 0) throw new SetupError(`behaviours: ${faults.join('; ')}`);
});
