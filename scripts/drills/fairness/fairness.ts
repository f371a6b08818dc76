import { DrillClient } from '../drill-client.js';
import { Journal, quantile, type Findings } from '../findings.js';
import { createTenant, openPlace, type DatabaseKind, type Place, type Tenant } from '../place.js';
import { startServer, type DrillServer } from '../server.js';
import { makeNoise, type Noise, type NoiseCounts } from './noise.js';
import { sendAtPace, type Outcome } from './open-loop.js';
import { everydayWork } from './workload.js';

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
  const { seconds, rounds } = world.options;
  const alone: Outcome[] = [];
  const beside: Outcome[] = [];
  const counts: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    alone.push(await measureQuiet(world));
    const making = makeNoise(
      { place: world.place, serverUrl: world.server.url, noisy: world.noisy },
      {
        noise,
        name: `${noise}-${round}`,
        perSecond: noise === 'bulk' ? 1 : limit * timesTheLimit,
        seconds: Math.ceil(seconds * (1 + 2 * warmUpShare)),
      },
    );
    // What it costs to start the noise is not what is asked for.
    await new Promise((resolve) => setTimeout(resolve, seconds * warmUpShare * 1_000));
    beside.push(await measureQuiet(world));
    for (const [name, count] of Object.entries(await making)) counts[name] = (counts[name] ?? 0) + count;
  }
  judge(world, noise, { alone, beside, counts });
}

async function measureQuiet({ server, quiet, options: { seconds } }: World): Promise<Outcome> {
  const client = new DrillClient(server.url, quiet.token, 32);
  const outcome = await sendAtPace(client, { perSecond: quietPerSecond, seconds }, everydayWork(quiet.users));
  await client.close();
  return outcome;
}

interface Measured {
  readonly alone: readonly Outcome[];
  readonly beside: readonly Outcome[];
  readonly counts: NoiseCounts;
}

function judge({ journal, options }: World, noise: Noise, { alone, beside, counts }: Measured): void {
  const [quiet, disturbed] = [waitsOf(alone), waitsOf(beside)];
  const ratio = disturbed.p99 / quiet.p99;
  const answered = Object.entries(counts).map(([name, count]) => `${count} × ${name}`);
  journal.figure(`${noise}: alone ${waitsText(quiet)}; beside it ${waitsText(disturbed)}; ratio ${ratio.toFixed(2)}`);
  journal.figure(`${noise}: it was answered ${answered.join(', ')}`);
  const refused = [...alone, ...beside]
    .flatMap((outcome) => Object.keys(outcome.statuses))
    .filter((status) => status !== '200');
  journal.require(refused.length === 0, `${noise}: the quiet client was answered ${refused.join()}`);
  if (noise === 'requests') journal.require((counts['429'] ?? 0) > 0, `${noise}: nothing was answered 429`);
  if (options.judgesTimes)
    journal.require(ratio <= mostRatio, `${noise}: p99 is ${ratio.toFixed(2)} times the quiet value`);
}

interface Waits {
  readonly p50: number;
  readonly p99: number;
  readonly worstP99: number;
}

/**
 * Of the quantiles of all windows the middle ones: a stall of the machine falls into one window, and says nothing about the
 * neighbour. What the neighbour does is in each of them.
 */
function waitsOf(windows: readonly Outcome[]): Waits {
  const each = (share: number) => windows.map(({ ms }) => quantile(ms, share));
  const p99 = each(0.99);
  return { p50: quantile(each(0.5), 0.5), p99: quantile(p99, 0.5), worstP99: Math.max(...p99) };
}

function waitsText({ p50, p99, worstP99 }: Waits): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (in the worst window ${worstP99.toFixed(1)})`;
}
