import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProject, main, readJson, runNpm, SetupError } from './project.mjs';

const oldestNode = 20;

function checkNode() {
  const [major = '0'] = process.versions.node.split('.');
  if (Number(major) < oldestNode) {
    throw new SetupError(
      `Node ${oldestNode} or newer is needed; this is ${process.versions.node} (${process.execPath})`,
    );
  }
}

/**
 * Whether npm's record of what it installed agrees with the lock file; packages for other platforms may be missing.
 * @param {any} lock @param {any} installed
 */
export function isInstalled(lock, installed) {
  if (lock === undefined || installed === undefined) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    return found === undefined ? wanted.optional === true : found.integrity === wanted.integrity;
  });
}

/** Why better-sqlite3 does not load, undefined when it does. It is compiled for one version of Node, so a changed Node shows here. */
function nativeFailure() {
  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `npx muster` finds its command here at once instead of installing the clone somewhere else. */
function linkCommand() {
  const link = inProject('node_modules/.bin/muster');
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  symlinkSync('../../scripts/muster.mjs', link);
}

/**
 * The folder whose `include/node` holds the headers of a Node, undefined where they are missing or another version's. With
 * them better-sqlite3 compiles without fetching any.
 * @param {string} program @param {string} version
 */
export function headersOf(program, version) {
  const folder = dirname(dirname(program));
  const header = join(folder, 'include/node/node_version.h');
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, 'utf8');
  const part = (/** @type {string} */ name) => new RegExp(`^#define NODE_${name}_VERSION (\\d+)$`, 'm').exec(text)?.[1];
  return [part('MAJOR'), part('MINOR'), part('PATCH')].join('.') === version ? folder : undefined;
}

/** Our environment, in which npm is told of the headers of this Node unless it has been told of some. */
function installEnvironment() {
  const headers = headersOf(process.execPath, process.versions.node);
  return headers === undefined ? process.env : { npm_config_nodedir: headers, ...process.env };
}

async function install() {
  console.error('muster: installing dependencies with npm ci (better-sqlite3 may take a minute to compile) …');
  // NODE_ENV=production, or omit=dev in an .npmrc, would leave out the compiler and the test tools.
  const code = await runNpm(['ci', '--include=dev', '--include=optional'], {
    stdout: 'stderr',
    env: installEnvironment(),
  });
  if (code !== 0) {
    throw new SetupError(
      `npm ci failed with exit code ${code}; see its messages above. ` +
        'It needs the package registry and, where no prebuilt binary fits, Python, a C++ compiler and the headers of Node ' +
        '(without internet: npm_config_nodedir=<folder that holds include/node>).',
    );
  }
  const failure = nativeFailure();
  if (failure === undefined) return;
  throw new SetupError(
    `better-sqlite3 was installed but does not load: ${failure}\n` +
      `If npm's nodedir is set, it must name the headers of this Node (${process.version}).`,
  );
}

/**
 * Installs what is missing, from the lock file. Does nothing, quickly, when everything is there.
 * Throws `SetupError` with a message for the person at the terminal.
 */
export async function bootstrap() {
  checkNode();
  const installed = isInstalled(
    readJson(inProject('package-lock.json')),
    readJson(inProject('node_modules/.package-lock.json')),
  );
  if (!installed || nativeFailure() !== undefined) await install();
  if (existsSync(inProject('node_modules/.bin'))) linkCommand();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(bootstrap);
