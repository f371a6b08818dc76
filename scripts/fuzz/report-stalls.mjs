import process from 'node:process';

// Preloaded into a server: answers each message with the longest stall of the event loop since the last one. The histogram of
// perf_hooks leaves out what happens around its reset, so this counts the turns of a timer itself. A stall is as long as the
// process was at work in it: when other programs have the processor, that is not the server's doing.
const everyMs = 5;
let stallMs = 0;
let gapMs = 0;
let asked = 0;
let last = performance.now();
let used = process.cpuUsage();

function tick() {
  const now = performance.now();
  const gap = now - last - everyMs;
  const { user, system } = process.cpuUsage(used);
  gapMs = Math.max(gapMs, gap);
  stallMs = Math.max(stallMs, Math.min(gap, (user + system) / 1_000));
  last = now;
  used = process.cpuUsage();
  // What came in together with a question has had its turn before the second tick after it.
  if (asked > 0 && (asked += 1) > 3) report();
}

function report() {
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ stallMs, gapMs, rssBytes: rss, heapBytes: heapUsed });
  stallMs = 0;
  gapMs = 0;
  asked = 0;
}

setInterval(tick, everyMs).unref();
process.on('message', () => {
  asked = 1;
});
// A process must be able to end while its driver still listens.
process.channel?.unref();
