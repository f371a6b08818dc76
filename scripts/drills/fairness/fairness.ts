import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runCommand } from '../../../test/support/command-line.js';
import { DrillClient } from '../drill-client.js';
import { Journal, quantile, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Place, type Tenant } from '../place.js';
import { serverSettings, startServer, type DrillServer } from '../server.js';
import type { NoiseOrder } from './noise.js';
import { sendAtPace, type Outcome } from './open-loop.js';
import { everydayWork } from './workload.js';

/** What the other client does: requests at twenty times its limit, one large Bulk after the other, a file that is imported. */
export type Noise = 'requests' | 'bulk' | 'import';

export const noises: readonly Noise[] = ['requests', 'bulk', 'import'];

/** How long to measure, and what. */
export interface FairnessOptions {
  readonly database: DatabaseKind;
  readonly users: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly noises: readonly Noise[];
  /** Whether a wait that is too long breaks the promise; a machine that is busy with something else cannot tell. */
  readonly judgesTimes: boolean;
}

const limit = 50;
const timesTheLimit = 20;
const quietPerSecond = 25;
const mostRatio = 2;
const warmUpShare = 0.3;

interface World {
  readonly options: FairnessOptions;
  readonly place: Place;
  readonly server: DrillServer;
  readonly quiet: Tenant;
  readonly noisy: Tenant;
  readonly journal: Journal;
}

/** One client goes about its day, alone and beside another that makes noise: how long its answers take, and whether it gets them. */
export async function fairness(options: FairnessOptions): Promise<Findings> {
  const journal = new Journal();
  const place = await openPlace(options.database);
  try {
    const size = { users: options.users, groups: 0 };
    const quiet = await createTenant(place, { ...size, name: 'Quiet' });
    const noisy = await createTenant(place, { ...size, name: 'Noisy', url: quiet.url });
    const settings = { RATE_LIMIT_RPS: String(limit) };
    const server = await startServer({ databaseUrl: quiet.url, cwd: place.folder, settings });
    const world = { options, place, server, quiet, noisy, journal };
    // What is compiled and cached by then is so for every measurement.
    await measureQuiet(world);
    for (const noise of options.noises) await measure(world, noise);
    await server.stop();
  } finally {
    await place.remove();
  }
  return journal.findings;
}

async function measure(world: World, noise: Noise): Promise<void> {
  const alone: Outcome[] = [];
  const beside: Outcome[] = [];
  const statuses: Record<string, number> = {};
  for (let round = 0; round < world.options.rounds; round++) {
    alone.push(await measureQuiet(world));
    const making = makeNoise(world, noise, round);
    // What it costs to start the noise is not what is asked for.
    await new Promise((resolve) => setTimeout(resolve, world.options.seconds * warmUpShare * 1_000));
    beside.push(await measureQuiet(world));
    for (const [status, count] of Object.entries(await making)) statuses[status] = (statuses[status] ?? 0) + count;
  }
  judge(world, noise, { alone, beside, statuses });
}

async function measureQuiet({ server, quiet, options: { seconds } }: World): Promise<Outcome> {
  const client = new DrillClient(server.url, quiet.token, 32);
  const outcome = await sendAtPace(client, { perSecond: quietPerSecond, seconds }, everydayWork(quiet.users));
  await client.close();
  return outcome;
}

/** Makes noise for as long as a measurement lasts, or until it is done; gives what was answered. */
async function makeNoise(world: World, noise: Noise, round: number): Promise<Readonly<Record<string, number>>> {
  const { server, noisy, options } = world;
  const name = `${noise}-${round}`;
  if (noise === 'import') return importFile(world, name);
  const perSecond = noise === 'bulk' ? 1 : limit * timesTheLimit;
  const seconds = Math.ceil(options.seconds * (1 + 2 * warmUpShare));
  const order: NoiseOrder = {
    url: server.url,
    token: noisy.token,
    kind: noise,
    users: noisy.users,
    name,
    perSecond,
    seconds,
  };
  const program = fileURLToPath(new URL('noise.ts', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, program, JSON.stringify(order)]);
  // The program prints the counts by status.
  return JSON.parse(stdout) as Record<string, number>;
}

async function importFile({ place, noisy, options }: World, name: string): Promise<Readonly<Record<string, number>>> {
  const file = join(place.folder, `${name}.csv`);
  const lines = Array.from({ length: options.seconds * 1_000 }, (_, index) => `${name}-${index}@noise.example,Given`);
  await writeFile(file, ['userName,givenName', ...lines].join('\n'));
  const settings = serverSettings({ databaseUrl: noisy.url, cwd: place.folder });
  const imported = await runCommand(['import', file, '--client', 'Noisy'], { cwd: place.folder, settings });
  return { [`exit ${imported.code}`]: 1, rows: imported.stdout.split('\n').length - 1 };
}

interface Measured {
  readonly alone: readonly Outcome[];
  readonly beside: readonly Outcome[];
  readonly statuses: Readonly<Record<string, number>>;
}

function judge({ journal, options }: World, noise: Noise, { alone, beside, statuses }: Measured): void {
  const times = (outcomes: readonly Outcome[]) => outcomes.flatMap(({ ms }) => ms);
  const p99 = [quantile(times(alone), 0.99), quantile(times(beside), 0.99)] as const;
  const p50 = [quantile(times(alone), 0.5), quantile(times(beside), 0.5)] as const;
  const ratio = p99[1] / p99[0];
  const answered = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  journal.figure(
    `${noise}: p50 ${p50[0].toFixed(1)} ms alone, ${p50[1].toFixed(1)} ms beside it; p99 ${p99[0].toFixed(1)} and ${p99[1].toFixed(1)} ms, ratio ${ratio.toFixed(2)}; it was answered ${answered.join(', ')}`,
  );
  const refused = [...alone, ...beside]
    .flatMap((outcome) => Object.keys(outcome.statuses))
    .filter((status) => status !== '200');
  journal.require(refused.length === 0, `${noise}: the quiet client was answered ${refused.join()}`);
  if (noise === 'requests') journal.require((statuses['429'] ?? 0) > 0, `${noise}: nothing was answered 429`);
  if (options.judgesTimes)
    journal.require(ratio <= mostRatio, `${noise}: p99 is ${ratio.toFixed(2)} times the quiet value`);
}
