import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

// Preloaded into a server: answers each message with the longest time since the last one in which the event loop turned to no
// timer. A histogram of perf_hooks leaves out what happens around its reset, so this counts the turns of a timer itself.
const everyMs = 5;
let longest = 0;
let last = performance.now();

function tick() {
  const now = performance.now();
  longest = Math.max(longest, now - last - everyMs);
  last = now;
}

setInterval(tick, everyMs).unref();

process.on('message', () => {
  // What came in together with the question has its turn first.
  void sleep(2 * everyMs).then(() => {
    tick();
    process.send?.({ stallMs: longest, rssBytes: process.memoryUsage.rss(), heapBytes: process.memoryUsage().heapUsed });
    longest = 0;
  });
});
// A process must be able to end while its driver still listens.
process.channel?.unref();
