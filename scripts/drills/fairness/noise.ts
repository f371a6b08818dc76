import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runCommand } from '../../../test/support/command-line.js';
import type { Place, Tenant } from '../place.js';
import { serverSettings } from '../server.js';
import type { FloodOrder } from './flood.js';

/** What the other client does: requests at twenty times its limit, one large Bulk after the other, files that are imported. */
export type Noise = 'requests' | 'bulk' | 'import';

export const noises: readonly Noise[] = ['requests', 'bulk', 'import'];

/** Whose noise it is, and where. */
export interface NoiseWorld {
  readonly place: Place;
  /** `http://127.0.0.1:<port>` */
  readonly serverUrl: string;
  readonly noisy: Tenant;
}

/** How much noise. */
export interface NoiseOrder {
  readonly noise: Noise;
  /** Makes names that no other noise has made. */
  readonly name: string;
  /** Requests, for the noise that is made of them. */
  readonly perSecond: number;
  readonly seconds: number;
}

/** What was answered to requests, or how imports ended, and how often. */
export type NoiseCounts = Readonly<Record<string, number>>;

/** Makes noise for so many seconds. */
export function makeNoise(world: NoiseWorld, order: NoiseOrder): Promise<NoiseCounts> {
  return order.noise === 'import' ? importFiles(world, order) : flood(world, order.noise, order);
}

async function flood(
  { serverUrl: url, noisy }: NoiseWorld,
  kind: FloodOrder['kind'],
  { name, perSecond, seconds }: NoiseOrder,
): Promise<NoiseCounts> {
  const order: FloodOrder = { url, token: noisy.token, users: noisy.users, kind, name, perSecond, seconds };
  const program = fileURLToPath(new URL('flood.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, program, JSON.stringify(order)]);
  // The program prints the counts by status.
  return JSON.parse(stdout) as NoiseCounts;
}

/** One file after the other until the time is up: how long one takes depends on the machine. */
async function importFiles({ place, noisy }: NoiseWorld, { name, seconds }: NoiseOrder): Promise<NoiseCounts> {
  const counts: Record<string, number> = {};
  const endMs = performance.now() + seconds * 1_000;
  for (let file = 0; performance.now() < endMs; file++) {
    const path = join(place.folder, `${name}-${file}.csv`);
    const rows = Array.from({ length: seconds * 300 }, (_, index) => `${name}-${file}-${index}@noise.example,Given`);
    await writeFile(path, ['userName,givenName', ...rows].join('\n'));
    const settings = serverSettings({ databaseUrl: noisy.url, cwd: place.folder });
    const { code, stdout } = await runCommand(['import', path, '--client', 'Noisy'], { cwd: place.folder, settings });
    counts[`exit ${code}`] = (counts[`exit ${code}`] ?? 0) + 1;
    counts['rows'] = (counts['rows'] ?? 0) + stdout.split('\n').length - 1;
  }
  return counts;
}
