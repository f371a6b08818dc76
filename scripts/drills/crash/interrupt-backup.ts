import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCommand } from '../../../test/support/command-line.js';
import { killCommand } from '../server.js';
import { checkDatabase } from './check-database.js';
import type { CrashWorld } from './crash-world.js';
import type { Interrupted } from './moments.js';
import { startWriters } from './writers.js';

const writers = 4;

/** A backup that is being written while others write; PostgreSQL is backed up by its own tools, so there are writes alone. */
export async function interruptBackup(world: CrashWorld): Promise<Interrupted> {
  const { place, tenant, maker, readyMs } = world;
  const running = startWriters(world, writers);
  await running.acknowledged(1);
  if (place.kind === 'postgres') return { end: () => running.stop() };
  const file = join(place.folder, 'backup.sqlite');
  const command = startCommand(['backup', file], { cwd: place.folder, settings: { DATABASE_URL: tenant.url } });
  // A command starts about as fast as a server.
  await Promise.race([sleep(maker.random() * 2 * readyMs), command.ended]);
  return {
    end: async () => {
      await killCommand(command);
      await running.stop();
    },
    check: async (_client, journal) => {
      journal.count(existsSync(file) ? 'backups whole' : 'backups not there');
      if (!existsSync(file)) return;
      for (const fault of await checkDatabase(`sqlite:${file}`))
        journal.violation(`a backup is there and not whole: ${fault}`);
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    },
  };
}
