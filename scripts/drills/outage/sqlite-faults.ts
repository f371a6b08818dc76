import SqliteConnection from 'better-sqlite3';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { longestAnswerMs, type Fault } from './fault.js';

/** Where an SQLite database under test lies. */
export interface SqliteTarget {
  readonly path: string;
  /** The process that serves it. */
  readonly pid: number;
  /** Whether the file is on a file system of its own, which may be filled. */
  readonly isAlone: boolean;
}

/** Whether this process may mount a file system in memory. */
export function mountMemory(folder: string, megabytes: number): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder];
  return spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
}

/** Takes it away again. */
export function unmount(folder: string): void {
  spawnSync('umount', [folder], { stdio: 'ignore' });
}

/** Writes a file until the file system has no room left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [65_536, 4_096, 512, 1]) fillBy(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function fillBy(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    if (!isFull) throw error;
  }
}

/** Lets system calls of a process fail, until it is ended; needs strace. */
class Interference {
  readonly #pid: number;
  #tracer: ChildProcess | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async begin(calls: string, error: string): Promise<void> {
    const args = ['-f', '-p', String(this.#pid), '-o', '/dev/null', '-e', `trace=${calls}`];
    this.#tracer = spawn('strace', [...args, '-e', `inject=${calls}:error=${error}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // It says when it has attached itself.
    if (this.#tracer.stderr !== null) await once(this.#tracer.stderr, 'data');
  }

  async end(): Promise<void> {
    const tracer = this.#tracer;
    if (tracer === undefined) return;
    const gone = once(tracer, 'exit');
    tracer.kill('SIGINT');
    await gone;
  }
}

function canInterfere(): boolean {
  return spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
}

/** What can happen to an SQLite file. */
export function sqliteFaults({ path, pid, isAlone }: SqliteTarget): readonly Fault[] {
  const filler = join(dirname(path), 'filler');
  const common = { readsGoOn: true, longestMs: longestAnswerMs, isFelt: true };
  const noTracer = canInterfere() ? undefined : 'strace is not there, or may not trace';
  const writing = new Interference(pid);
  const syncing = new Interference(pid);
  let holder: SqliteConnection.Database | undefined;
  return [
    {
      ...common,
      name: 'locked by another process',
      begin: async () => {
        holder = new SqliteConnection(path);
        holder.exec('BEGIN EXCLUSIVE');
      },
      end: async () => {
        holder?.exec('ROLLBACK');
        holder?.close();
      },
    },
    {
      ...common,
      name: 'file system full',
      impossible: isAlone ? undefined : 'no file system in memory may be mounted',
      begin: async () => fill(filler),
      end: async () => rmSync(filler),
    },
    {
      ...common,
      name: 'read-only',
      impossible: noTracer,
      begin: () => writing.begin('pwrite64,ftruncate,fallocate', 'EROFS'),
      end: () => writing.end(),
    },
    {
      ...common,
      name: 'disk that fails to sync',
      impossible: noTracer,
      begin: () => syncing.begin('fdatasync,fsync', 'EIO'),
      end: () => syncing.end(),
    },
  ];
}
