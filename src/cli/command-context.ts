import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Config } from '../config.js';
import type { DirectoryContext } from '../directory/context.js';
import type { Services } from '../directory/services.js';
import { openDirectory } from '../service.js';
import type { Actor } from '../store/trail/change-log.js';
import { jsonOutput, textOutput, type Output } from './output.js';

/** What a command works with. */
export interface CommandContext {
  readonly services: Services;
  readonly actor: Actor;
  readonly output: Output;
  /** The directory's own context, for what is done to many people at once. */
  readonly directory: DirectoryContext;
  /** Prints a line on standard output; resolves when there is room for the next. */
  line(text: string): Promise<void>;
}

/** The account that runs the command, for the change log. */
export function operatorActor(): Actor {
  return { kind: 'operator', id: userInfo().username, requestId: randomUUID() };
}

function print(text: string): void {
  process.stdout.write(text);
}

/** A reader that is slower than the command must not make it keep what it has printed. */
async function printLine(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

/** Says on standard output what a command found. */
export function printingOutput({ json }: { readonly json?: boolean }): Output {
  return json === true ? jsonOutput(print) : textOutput(print);
}

/** Opens the directory, runs a command on it and closes it again; a server may run on the same database meanwhile. */
export async function withDirectory(
  config: Config,
  options: { readonly json?: boolean },
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const directory = await openDirectory(config, { leavesRoom: true });
  try {
    const output = printingOutput(options);
    await work({
      services: directory.services,
      actor: operatorActor(),
      output,
      directory: directory.context,
      line: printLine,
    });
  } finally {
    await directory.close();
  }
}
