import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildWhenStale } from './build.mjs';
import { inProject, main, SetupError } from './project.mjs';

const people = 100_000;
const mostMebibytes = 64;
const measureEveryMs = 100;

/**
 * A figure of a process in mebibytes, undefined once it has ended: what it has resident, or the most that it ever had.
 * @param {number} pid @param {'VmRSS' | 'VmHWM'} figure
 */
function memoryOf(pid, figure) {
  try {
    const [, kibibytes] =
      new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
  } catch {
    return undefined;
  }
}

/** @param {string} folder @param {readonly string[]} args */
function startMuster(folder, args) {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: `sqlite:${join(folder, 'drill.sqlite')}`,
    LOG_LEVEL: 'silent',
    PORT: '0',
  };
  return spawn(process.execPath, [inProject('dist/main.js'), ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end; counts what it says of the rows. @param {string} folder @param {readonly string[]} args */
async function runMuster(folder, args) {
  const startedAt = performance.now();
  const child = startMuster(folder, args);
  let peak = 0;
  const measure = () => (peak = Math.max(peak, memoryOf(child.pid ?? 0, 'VmHWM') ?? 0));
  const timer = setInterval(measure, measureEveryMs);
  /** @type {Record<string, number>} */
  const outcomes = {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    const outcome = line.split('\t')[2] ?? 'other';
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  });
  /** @type {string[]} */
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new SetupError(`muster ${args.join(' ')} ended with ${code}: ${said.slice(-3).join(' ')}`);
  return { outcomes, said, peak, seconds: (performance.now() - startedAt) / 1_000 };
}

/** What a server that has nothing to do has resident. @param {string} folder */
async function idleMemory(folder) {
  const child = startMuster(folder, ['serve']);
  child.stderr.resume();
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await new Promise((resolve, reject) => {
      child.stdout.on('data', (text) => String(text).includes('Data:') && resolve(undefined));
      child.once('close', () => reject(new SetupError('muster serve did not start')));
    });
    return memoryOf(child.pid ?? 0, 'VmRSS') ?? 0;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function* csvLines() {
  yield 'userName,externalId,employeeNumber,givenName,familyName,email,department,active\n';
  for (let number = 1; number <= people; number += 1) {
    const name = `person${number}@example.com`;
    yield `${name},hr-${number},${number},Given${number},Family${number % 997},${name},Department ${number % 50},true\n`;
  }
}

/** @param {string} name @param {Awaited<ReturnType<typeof runMuster>>} run @param {number} idle */
function report(name, { outcomes, said, peak, seconds }, idle) {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const progress = said.filter((line) => /^\d+ rows$/.test(line)).length;
  const rate = Math.round(people / seconds);
  console.log(`${name}: ${counts.join(', ')}; ${seconds.toFixed(1)} s, ${rate} rows/s; ${progress} progress lines`);
  console.log(`  peak ${peak.toFixed(1)} MiB, ${(peak - idle).toFixed(1)} MiB above an idle process`);
  return progress;
}

/** @param {boolean} holds @param {string} claim */
function require(holds, claim) {
  if (!holds) throw new SetupError(`does not hold: ${claim}`);
}

await main(async () => {
  require(process.platform === 'linux', 'memory is read from /proc, which Linux alone has');
  await buildWhenStale();
  const folder = mkdtempSync(join(tmpdir(), 'muster-drill-'));
  try {
    const file = join(folder, 'people.csv');
    await pipeline(Readable.from(csvLines()), createWriteStream(file));
    await runMuster(folder, ['client', 'create', '--name', 'Drill']);
    const idle = await idleMemory(folder);
    console.log(`idle: ${idle.toFixed(1)} MiB`);
    const args = ['import', file, '--client', 'Drill'];
    const first = await runMuster(folder, args);
    const progress = report('first run', first, idle);
    const second = await runMuster(folder, args);
    report('second run', second, idle);
    require(progress >= 10, 'progress is seen at least ten times');
    require(first.outcomes['created'] === people, 'the first run creates everybody');
    require(second.outcomes['unchanged'] === people, 'the second run changes nothing');
    for (const { peak } of [first, second])
      require(peak - idle <= mostMebibytes, `the peak is within ${mostMebibytes} MiB of idle`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
