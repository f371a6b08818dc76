import { median } from '../load.js';
import { startServer } from '../targets.js';
import type { Scenario } from './scenario.js';

const starts = 5;
const restMs = 3_000;

/** How long a server takes from its start until it is ready, and what it has resident when it has nothing to do. */
export const start: Scenario = {
  name: 'start',
  run: async (database) => {
    const times: number[] = [];
    const resident: number[] = [];
    for (let number = 0; number < starts; number++) {
      const startMs = performance.now();
      const server = await startServer(database);
      times.push(performance.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, restMs));
      resident.push((await server.usage()).rssBytes / 2 ** 20);
      await server.stop();
    }
    return [
      { name: 'until ready', value: median(times), unit: 'ms' },
      { name: 'memory at rest', value: median(resident), unit: 'MB' },
    ];
  },
};
