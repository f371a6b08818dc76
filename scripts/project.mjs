import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The folder of the clone, with a trailing slash. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/** A path inside the clone. @param {string} path */
export const inProject = (path) => fileURLToPath(new URL(path, new URL('../', import.meta.url)));

/** Something the person at the terminal can act on; printed without a stack. */
export class SetupError extends Error {}

/**
 * npm hands a signal to the shell between it and us, and many shells die of it without telling us.
 * Calls back when that shell is gone; returns how to stop watching.
 * @param {() => void} whenGone
 */
function watchShell(whenGone) {
  if (process.env['npm_lifecycle_event'] === undefined) return () => {};
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    whenGone();
  }, 100);
  return () => clearInterval(timer);
}

/**
 * Runs a program in the clone with our terminal and returns its exit code, 128 + n when signal n ended it.
 * SIGTERM and SIGHUP are handed on; SIGINT reaches the program from the terminal itself, or from here without one.
 * @param {string} program @param {readonly string[]} args
 * @param {{ stdout?: 'inherit' | 'stderr', env?: NodeJS.ProcessEnv, shell?: boolean, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    shell: options.shell ?? false,
    stdio: ['inherit', options.stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
  });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // With a terminal, Ctrl-C goes to the whole foreground group; a second SIGINT would look like an impatient user.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const unwatch = watchShell(() => child.kill('SIGTERM'));
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    unwatch();
    for (const signal of signals) process.off(signal, forward);
  }
}

/**
 * Runs npm, the one that started us when there is one.
 * @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options = {}) {
  const cli = process.env['npm_execpath'];
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
    return run(process.execPath, [cli, ...args], options);
  }
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** The content of a JSON file, undefined when there is none. @param {string} path @returns {any} */
export function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/**
 * Runs a script's work; what it returns becomes the exit code, and a `SetupError` is a message and exit code 1.
 * @param {() => Promise<number | undefined | void>} work
 */
export async function main(work) {
  try {
    const code = await work();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`muster: ${error.message}`);
    process.exitCode = 1;
  }
}
