import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { whileLocked } from './lock.mjs';
import { inProject, main, run, SetupError } from './project.mjs';

const dist = inProject('dist');
const stamp = join(dist, '.built');
const inputs = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** The youngest change below a path, in milliseconds; folders count, so that a deleted file is seen. @param {string} path @returns {number} */
function changedAt(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  const below = stat.isDirectory() ? readdirSync(path).map((name) => changedAt(join(path, name))) : [];
  return Math.max(stat.mtimeMs, ...below);
}

/** Whether dist is missing or older than the sources. Without sources (a container) what is there is taken. */
export function isStale() {
  if (!existsSync(inProject('src'))) return false;
  return Math.max(...inputs.map((input) => changedAt(inProject(input)))) > changedAt(stamp);
}

/** Puts a finished folder in the place of dist. @param {string} fresh */
function swapIn(fresh) {
  const old = `${fresh}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Compiles src to dist; compiler messages go to standard error.
 * Throws `SetupError` when it does not compile; dist is then as it was.
 */
async function compile() {
  const startedAt = new Date();
  // Beside dist, so that the paths in the source maps hold after the move.
  const fresh = inProject(`.dist-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const tsc = inProject('node_modules/typescript/bin/tsc');
  const code = await run(process.execPath, [tsc, '--project', 'tsconfig.build.json', '--outDir', fresh], {
    stdout: 'stderr',
  });
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new SetupError('the build failed; see the messages of the compiler above');
  }
  writeFileSync(join(fresh, '.built'), '');
  // A file that was saved while the compiler ran is younger than this.
  utimesSync(join(fresh, '.built'), startedAt, startedAt);
  swapIn(fresh);
}

/**
 * Builds when dist is missing or older than the sources. Of several processes that find it stale one builds and the others wait,
 * so that none loads files that another is replacing.
 */
export async function buildWhenStale() {
  if (!isStale()) return;
  await whileLocked(inProject('.dist-lock'), async () => {
    if (isStale()) await compile();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(() => whileLocked(inProject('.dist-lock'), compile));
}
