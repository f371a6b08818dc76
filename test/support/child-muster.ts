import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SchemaDocument } from '../../src/schema/schema-documents.js';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const copied = ['src', 'db', 'schemas', 'package.json', 'tsconfig.json'];

/** Schema files by name, and what becomes of each. */
export type SchemaChanges = Readonly<Record<string, (schema: SchemaDocument) => SchemaDocument>>;

/** A server in a process of its own, over a copy of the project. */
export interface ChildMuster {
  /** The SCIM base URL. */
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/** Starts a copy of the project with other schema documents and the same code, over the database at `databaseUrl`. */
export async function startWithSchemas(databaseUrl: string, changes: SchemaChanges): Promise<ChildMuster> {
  const folder = await temporaryFolder();
  await Promise.all(copied.map((name) => cp(join(root, name), join(folder, name), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const [name, change] of Object.entries(changes)) {
    const path = join(folder, 'schemas', `${name}.json`);
    // The project's schema documents have this shape, as their own tests show.
    const schema = JSON.parse(await readFile(path, 'utf8')) as SchemaDocument;
    await writeFile(path, JSON.stringify(change(schema)));
  }
  const child = spawn(process.execPath, ['--import', tsx, 'src/main.ts', 'serve'], {
    cwd: folder,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_RPS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await removeTemporaryFolder(folder);
  };
  try {
    return { baseUrl: await readUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;

/** The URL that the server prints once it listens. */
async function readUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no output');
  for await (const line of createInterface({ input: stdout })) {
    const [url] = /http:\S+$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}
