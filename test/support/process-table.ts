import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A process of this machine. */
interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Whether it has ended and only waits to be fetched. */
  readonly isDefunct: boolean;
}

/** The text of `/proc/<pid>/stat` is `pid (name) state parent …`, and the name may hold anything. */
function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), isDefunct: state === 'Z' || state === 'X' };
  } catch {
    // It has ended since the folder was read.
    return undefined;
  }
}

function allProcesses(): readonly ProcessEntry[] {
  if (existsSync('/proc/self/stat')) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.flatMap((pid) => readEntry(Number(pid)) ?? []);
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), isDefunct: state.startsWith('Z') };
  });
}

/** The processes that this one has started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  return allProcesses().flatMap((entry) => (entry.parent === pid && !entry.isDefunct ? [entry.pid] : []));
}

/** Whether one of the processes still runs. */
export function isAnyRunning(pids: readonly number[]): boolean {
  const running = new Set(allProcesses().flatMap(({ pid, isDefunct }) => (isDefunct ? [] : [pid])));
  return pids.some((pid) => running.has(pid));
}
