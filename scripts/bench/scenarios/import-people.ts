import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { removeTemporaryFolder, temporaryFolder } from '../../../test/support/temporary-folder.js';
import type { Scenario } from './scenario.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const peopleAtLeast = 2_000;

function csvOf(people: number): string {
  const lines = Array.from({ length: people }, (_, index) => {
    const name = `import${index}@mail.example`;
    return `${name},hr-${index},${index},Given${index},Family${index % 997},${name},Department ${index % 50},true`;
  });
  return ['userName,externalId,employeeNumber,givenName,familyName,email,department,active', ...lines, ''].join('\n');
}

/** A CSV file is imported at the command line: everybody is new, then nobody. */
export const importPeople: Scenario = {
  name: 'import',
  run: async ({ url }, patience) => {
    const folder = await temporaryFolder();
    const people = peopleAtLeast * patience;
    const file = join(folder, 'people.csv');
    const environment = { PATH: process.env['PATH'], DATABASE_URL: url, LOG_LEVEL: 'silent' };
    const muster = (...args: readonly string[]) =>
      run(process.execPath, [program, ...args], { cwd: folder, env: environment, maxBuffer: 2 ** 30 });
    const rate = async () => {
      const startMs = performance.now();
      await muster('import', file, '--client', 'Imported');
      return (people / (performance.now() - startMs)) * 1_000;
    };
    try {
      await writeFile(file, csvOf(people));
      await muster('client', 'create', '--name', 'Imported');
      return [
        { name: 'new people a second', value: await rate(), unit: '/s' },
        { name: 'known people a second', value: await rate(), unit: '/s' },
      ];
    } finally {
      await removeTemporaryFolder(folder);
    }
  },
};
