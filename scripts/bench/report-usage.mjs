import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

/** Preloaded into every process that is measured: answers each message with what the process has used so far. */
const stalls = monitorEventLoopDelay({ resolution: 10 });
stalls.enable();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, rssBytes: process.memoryUsage.rss(), stallMs: stalls.max / 1e6 });
  stalls.reset();
});
// A process must be able to end while its driver still listens.
process.channel?.unref();
