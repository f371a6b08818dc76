import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresAccount, type PostgresBinaries } from './postgres-binaries.js';

/** A PostgreSQL that is installed on this machine, with the tools that belong to its server. */
export interface SystemPostgres {
  /** Such as 15. */
  readonly major: number;
  readonly binaries: PostgresBinaries;
  /** The path of one of its programs. */
  tool(name: 'pg_dump' | 'pg_restore' | 'pg_basebackup'): string;
}

const programs = ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'pg_basebackup'];
const oldestMajor = 14;
const installations = '/usr/lib/postgresql';
const run = promisify(execFile);

/** The newest that has everything; undefined where there is none. */
export async function findSystemPostgres(): Promise<SystemPostgres | undefined> {
  const found = await Promise.all((await binFolders()).map(inFolder));
  const [newest] = found.flatMap((each) => each ?? []).toSorted((a, b) => b.major - a.major);
  return newest;
}

async function binFolders(): Promise<readonly string[]> {
  const named = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  const installed = existsSync(installations) ? readdirSync(installations) : [];
  return [...named, ...installed.map((version) => join(installations, version, 'bin'))];
}

async function inFolder(folder: string): Promise<SystemPostgres | undefined> {
  if (!programs.every((name) => existsSync(join(folder, name)))) return undefined;
  const { stdout } = await run(join(folder, 'postgres'), ['--version']);
  const major = Number(/\d+/.exec(stdout)?.[0]);
  if (!(major >= oldestMajor)) return undefined;
  const tool = (name: string) => join(folder, name);
  const binaries = { initdb: tool('initdb'), postgres: tool('postgres'), account: await postgresAccount() };
  return { major, binaries, tool };
}
