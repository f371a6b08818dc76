import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject, readJson, run, SetupError } from './project.mjs';

/**
 * All tests, without running one; `fullTitle` begins with the titles of the suites.
 * @returns {Promise<readonly { readonly title: string, readonly fullTitle: string }[]>}
 */
export async function listTests() {
  const folder = mkdtempSync(join(tmpdir(), 'muster-tests-'));
  try {
    const output = join(folder, 'tests.json');
    const mocha = inProject('node_modules/mocha/bin/mocha.js');
    const options = ['--dry-run', '--reporter', 'json', '--reporter-option', `output=${output}`];
    const code = await run(process.execPath, [mocha, ...options], { stdout: 'stderr' });
    if (code !== 0) throw new SetupError('the tests cannot be listed; see the messages above');
    /** @type {{ tests: readonly { title: string, fullTitle: string }[] }} */
    const { tests } = readJson(output);
    return tests;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
