import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

/** Preloaded into every process that is measured: answers each question for its usage with what the process has used so far. */
const resolution = 5;
const stalls = monitorEventLoopDelay({ resolution });
stalls.enable();

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuUs: user + system,
    rssBytes: process.memoryUsage.rss(),
    stallMs: Math.max(0, stalls.max / 1e6 - resolution),
  });
  stalls.reset();
});
// A process must be able to end while its driver still listens.
process.channel?.unref();
