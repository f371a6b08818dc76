import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inProject, main, readJson, SetupError } from './project.mjs';

// A database that has run a migration never runs it again: to change one would leave that database with another schema.
// So the hash of each is written down when it is made, and `--check` refuses one that has changed since.

/** What a migration does; comments, and the types in them, may follow the rest of the code. @param {string} text */
function hashOf(text) {
  const code = text.replaceAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replaceAll(/\n\s*\n/g, '\n');
  return createHash('sha256').update(code).digest('hex');
}

const folder = inProject('db/migrations');
const page = inProject('db/migrations/frozen.json');

/** @type {Readonly<Record<string, string>>} */
const frozen = readJson(page);
const found = Object.fromEntries(
  readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .toSorted()
    .map((file) => [file, hashOf(readFileSync(`${folder}/${file}`, 'utf8'))]),
);

const names = Object.keys(frozen);
const last = names.at(-1) ?? '';
const faults = [
  ...names.filter((file) => found[file] === undefined).map((file) => `${file} is gone`),
  ...names.filter((file) => ![undefined, frozen[file]].includes(found[file])).map((file) => `${file} has changed`),
];
const added = Object.keys(found).filter((file) => frozen[file] === undefined);
faults.push(...added.filter((file) => file < last).map((file) => `${file} comes before ${last}`));

await main(async () => {
  if (faults.length > 0) {
    throw new SetupError(
      `migrations: ${faults.join('; ')}. What has run in a database is not changed: add another one.`,
    );
  }
  if (added.length === 0) return;
  if (process.argv.includes('--check')) {
    throw new SetupError(`migrations: ${added.join(', ')} not in frozen.json: npm run freeze-migrations`);
  }
  writeFileSync(page, `${JSON.stringify(found, null, 2)}\n`);
});
