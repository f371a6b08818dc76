import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Config } from '../config.js';
import type { Services } from '../directory/services.js';
import { openDirectory } from '../service.js';
import type { Actor } from '../store/change-log.js';
import { jsonOutput, textOutput, type Output } from './output.js';

/** What a command works with. */
export interface CommandContext {
  readonly services: Services;
  readonly actor: Actor;
  readonly output: Output;
}

/** The account that runs the command, for the change log. */
export function operatorActor(): Actor {
  return { kind: 'operator', id: userInfo().username, requestId: randomUUID() };
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Opens the directory, runs a command on it and closes it again; a server may run on the same database meanwhile. */
export async function withDirectory(
  config: Config,
  options: { readonly json?: boolean },
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const directory = await openDirectory(config);
  try {
    const output = options.json === true ? jsonOutput(print) : textOutput(print);
    await work({ services: directory.services, actor: operatorActor(), output });
  } finally {
    await directory.close();
  }
}
