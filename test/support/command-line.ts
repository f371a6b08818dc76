import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const inClone = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function isBuilt(): boolean {
  const stamp = inClone('dist/.built');
  if (!existsSync(stamp)) return false;
  const sources = readdirSync(inClone('src'), { recursive: true, encoding: 'utf8' });
  const builtMs = statSync(stamp).mtimeMs;
  return sources.every((source) => statSync(inClone(`src/${source}`)).mtimeMs <= builtMs);
}

let known: readonly string[] | undefined;

/** What was built starts in a third of the time; while the sources are younger, they are run themselves. */
function program(): readonly string[] {
  known ??= isBuilt()
    ? [inClone('dist/main.js')]
    : ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, inClone('src/main.ts')];
  return known;
}

/** The words that run `muster` of this clone, built or from its sources. */
export function commandWords(): readonly string[] {
  return [process.execPath, ...program()];
}

/** The module of `runProgram`, built or from the sources. */
export function programModule(): string {
  return pathToFileURL(inClone(isBuilt() ? 'dist/cli/program.js' : 'src/cli/program.ts')).href;
}

/** What a command was given besides its words. */
export interface CommandOptions {
  /** An empty folder, unless the command shall find something. */
  readonly cwd: string;
  /** The settings; nothing else of the outer environment is handed on but the path. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Options of Node, such as a module to load first. */
  readonly nodeOptions?: readonly string[];
  /** Words before those of Node, such as a tracer and its options. */
  readonly under?: readonly string[];
  /** Whether the process can send messages to this one. */
  readonly channel?: boolean;
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves with all of standard output so far once it holds the text; rejects when the command ends before. */
  prints(text: string): Promise<string>;
  /** The same for standard error. */
  logs(text: string): Promise<string>;
  readonly ended: Promise<CommandResult>;
}

/** Starts `muster` as a process of its own. */
export function startCommand(args: readonly string[], options: CommandOptions): RunningCommand {
  const { cwd, settings = {}, nodeOptions = [], under = [], channel = false } = options;
  const environment = { PATH: process.env['PATH'], HOME: cwd, ...settings };
  const [first = process.execPath, ...words] = [...under, process.execPath, ...nodeOptions, ...program(), ...args];
  const child = spawn(first, words, {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
  });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const check of waiting) check();
    });
  }
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...output }));
  });
  const holds = (name: 'stdout' | 'stderr', text: string) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        if (!output[name].includes(text)) return;
        waiting.delete(check);
        resolve(output[name]);
      };
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`ended without ${text}: ${output.stdout}${output.stderr}`)));
    });
  return { child, prints: (text) => holds('stdout', text), logs: (text) => holds('stderr', text), ended };
}

/** Runs `muster` to its end. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return startCommand(args, options).ended;
}

/** Runs `muster` under strace and returns what it says of these system calls; undefined where there is no strace. */
export async function runTraced(
  args: readonly string[],
  { cwd, settings = {} }: CommandOptions,
  calls: readonly string[],
): Promise<string | undefined> {
  const file = join(cwd, 'trace');
  const environment = { PATH: process.env['PATH'], HOME: cwd, ...settings };
  const strace = ['-f', '-e', `trace=${calls.join()}`, '-o', file, ...commandWords(), ...args];
  const child = spawn('strace', strace, { cwd, env: environment, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
  return code === 0 ? readFileSync(file, 'utf8') : undefined;
}
