import { resolve } from 'node:path';
import type { Config } from '../config.js';
import { scimUrlOf } from '../directory/context.js';
import { createLog } from '../log.js';
import { startService } from '../service.js';
import { demonstrationLines, seedDemonstration } from './demonstration.js';

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Where the data lies, for a person; without the password of a database address. */
function dataPlace({ database }: Config): string {
  if (database.kind === 'sqlite') return resolve(database.path);
  const { host, pathname } = new URL(database.url);
  return `PostgreSQL at ${host}${pathname}`;
}

/** Serves until SIGTERM or SIGINT; then answers what has come in and returns. */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config);
  const stopping = new Promise<string>((stop) => {
    process.once('SIGTERM', () => stop('SIGTERM'));
    process.once('SIGINT', () => stop('SIGINT'));
  });
  const service = await startService(config, log);
  const scimUrl = scimUrlOf(service.context);
  const demonstration = await seedDemonstration(config, service);
  print([
    `Muster serves SCIM 2.0 at ${scimUrl}`,
    `Data: ${dataPlace(config)}`,
    ...(demonstration === undefined ? [] : demonstrationLines(demonstration, scimUrl)),
  ]);
  const signal = await stopping;
  log.info({ signal }, 'stopping');
  await service.close();
}
