import { request } from 'undici';
import type { MeasuredProcess } from '../measured-process.js';
import type { SeededDatabase } from '../seed.js';
import { startServer } from '../targets.js';
import type { Scenario } from './scenario.js';

const pageSize = 500;
const restMs = 5_000;

async function residentMb(server: MeasuredProcess): Promise<number> {
  return (await server.usage()).rssBytes / 2 ** 20;
}

/** Reads all pages by cursor; calls `seen` after each, and returns how many people there were. */
async function walkPages({ url }: MeasuredProcess, token: string, seen: () => Promise<void>): Promise<number> {
  let people = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const path = `/scim/v2/Users?count=${pageSize}&cursor=${cursor}`;
    const answer = await request(url + path, { headers: { authorization: `Bearer ${token}` } });
    if (answer.statusCode !== 200) throw new Error(`GET ${path}: ${answer.statusCode} ${await answer.body.text()}`);
    // A page as RFC 9865 has it.
    const page = (await answer.body.json()) as { readonly Resources: readonly unknown[]; readonly nextCursor?: string };
    people += page.Resources.length;
    cursor = page.nextCursor;
    await seen();
  }
  return people;
}

/** A provider reads the whole client by cursor. */
export const walk: Scenario = {
  name: 'walk by cursor',
  run: async (database: SeededDatabase) => {
    const server = await startServer(database);
    try {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      const atRest = await residentMb(server);
      let [peak, pages] = [atRest, 0];
      const startMs = performance.now();
      const people = await walkPages(server, database.token, async () => {
        if (++pages % 20 === 0) peak = Math.max(peak, await residentMb(server));
      });
      const seconds = (performance.now() - startMs) / 1_000;
      await new Promise((resolve) => setTimeout(resolve, restMs));
      return [
        { name: 'people seen', value: people, unit: '' },
        { name: 'people a second', value: people / seconds, unit: '/s' },
        { name: 'memory before', value: atRest, unit: 'MB' },
        { name: 'memory after', value: await residentMb(server), unit: 'MB' },
        { name: 'memory at the most', value: peak, unit: 'MB' },
      ];
    } finally {
      await server.stop();
    }
  },
};
