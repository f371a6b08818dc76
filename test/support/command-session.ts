import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { programModule, type CommandOptions, type CommandResult } from './command-line.js';

/** Commands that run one after the other in one process, which is started once. */
export interface CommandSession {
  run(...args: readonly string[]): Promise<CommandResult>;
  /** What a command prints with `--json`; it must succeed and print one document. */
  json<Body = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<Body>;
  end(): Promise<void>;
}

/** Starts a process that runs whatever commands it is sent, as the ones of a shell would. */
export function startCommandSession({ cwd, settings = {} }: CommandOptions): CommandSession {
  const mark = `-- ${randomUUID()} --`;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const server = fileURLToPath(new URL('command-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', tsx, server, programModule(), mark], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(() => {
    throw new Error('the process that runs commands has ended');
  });
  // Whoever waits for a command is told; afterwards it is meant to end.
  ended.catch(() => undefined);
  const output = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  const errors = child.stderr.setEncoding('utf8')[Symbol.asyncIterator]();
  let queue: Promise<unknown> = Promise.resolve();

  async function send(args: readonly string[]): Promise<CommandResult> {
    child.stdin.write(`${JSON.stringify(args)}\n`);
    const [stdout, stderr] = await Promise.all([
      readUntil(output, new RegExp(`${mark}(\\d+)\n$`)),
      readUntil(errors, new RegExp(`${mark}()$`)),
    ]);
    return { code: Number(stdout.marked), stdout: stdout.before, stderr: stderr.before };
  }

  const run = (...args: readonly string[]): Promise<CommandResult> => {
    const result = queue.then(() => Promise.race([send(args), ended]));
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    run,
    json: async <Body>(...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(...args, '--json');
      if (code !== 0 || stderr !== '') throw new Error(`muster ${args.join(' ')}: ${code} ${stdout}${stderr}`);
      // The test that asked asserts what it reads.
      return JSON.parse(stdout) as Body;
    },
    end: async () => {
      child.stdin.end();
      await ended.catch(() => undefined);
    },
  };
}

interface Read {
  readonly before: string;
  readonly marked: string;
}

async function readUntil(parts: AsyncIterator<string>, mark: RegExp): Promise<Read> {
  for (let text = ''; ;) {
    const { value, done } = await parts.next();
    if (done === true) throw new Error(`ended without a mark: ${text}`);
    text += value;
    const found = mark.exec(text);
    if (found !== null) return { before: text.slice(0, found.index), marked: found[1] ?? '' };
  }
}
