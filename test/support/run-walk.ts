import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandWords } from './command-line.js';
import { faultOf, type WalkStep } from './walk-document.js';

/** Where a walk takes place. */
export interface WalkPlace {
  /** An empty folder. */
  readonly cwd: string;
  /** The variables that the document names. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Puts an `npx` into a folder that runs the `muster` of this clone, as npx does there. */
async function makeNpx(folder: string): Promise<void> {
  await mkdir(folder);
  const words = commandWords().map((word) => `'${word}'`);
  const script = ['#!/bin/sh', '[ "$1" = muster ] || exit 2', 'shift', `exec ${words.join(' ')} "$@"`, ''];
  await writeFile(join(folder, 'npx'), script.join('\n'));
  await chmod(join(folder, 'npx'), 0o755);
}

/** What each step printed, up to the one that ended the shell. */
async function runSteps(steps: readonly WalkStep[], { cwd, variables }: WalkPlace): Promise<readonly string[]> {
  const bin = join(cwd, 'bin');
  await makeNpx(bin);
  const mark = `-- ${randomUUID()} --`;
  const script = ['exec 2>&1', 'set -euo pipefail', ...steps.flatMap(({ commands }) => [commands, `echo '${mark}'`])];
  const env = { ...variables, PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: cwd };
  const shell = spawn('bash', ['-s'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end(`${script.join('\n')}\n`);
  return (await text(shell.stdout)).split(`${mark}\n`);
}

/** Runs the steps in one shell. Throws an error that names the line of the first that does not do what the document says. */
export async function runWalk(name: string, steps: readonly WalkStep[], place: WalkPlace): Promise<void> {
  const printed = await runSteps(steps, place);
  for (const [index, step] of steps.entries()) {
    const own = printed[index] ?? '';
    const fault = index >= printed.length - 1 ? 'the shell ended here' : faultOf(step, own);
    if (fault !== undefined) throw new Error(`${name}:${step.line}: ${fault}\n${step.commands}\n--- printed:\n${own}`);
  }
}
