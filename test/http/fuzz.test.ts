import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { forEachDatabase } from '../support/databases.js';
import { faultOf, Fuzzer } from '../support/fuzz.js';
import { callerOf, groupBody, userBody } from '../support/scim.js';

const requests = Number(process.env['FUZZ_REQUESTS'] ?? 1_500);
const seed = Number(process.env['FUZZ_SEED'] ?? 7);
const atOnce = 8;

describe('requests at random', function () {
  this.timeout(Math.max(60_000, requests * 40));

  forEachDatabase((database) => {
    it(`get no answer of 500 or more, and none that is no SCIM Error or problem (RFC 7644 §3.12)`, async () => {
      const muster = await database.startMuster();
      const worlds = await Promise.all(
        ['ACME', 'BETA'].map(async (name) => {
          const client = await muster.createClient(`${name} ${randomUUID()}`);
          const { token } = await muster.createToken({ client, access: 'admin' });
          const call = callerOf(muster, token);
          const user = await call.create('/Users', userBody('ada'));
          const group = await call.create('/Groups', groupBody('Analysts', { members: [{ value: user.id }] }));
          return { token, ids: [user.id, group.id] };
        }),
      );
      const fuzzer = new Fuzzer(seed, { ids: [...worlds.flatMap((world) => world.ids), randomUUID()] });
      const token = worlds[0]?.token ?? '';
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const statuses = new Map<number, number>();
      for (let sent = 0; sent < requests; sent += atOnce) {
        const batch = Array.from({ length: atOnce }, () => fuzzer.next());
        await Promise.all(
          batch.map(async (request) => {
            const { method, path, headers, body } = request;
            const wish = { token, headers, ...(body === undefined ? {} : { body }) };
            const answer = await muster.request(method, muster.url + path, wish);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            const fault = faultOf(request, answer);
            expect(fault, `seed ${seed}: ${JSON.stringify(request)} -> ${answer.text.slice(0, 300)}`).to.equal(
              undefined,
            );
          }),
        );
      }
      delay.disable();
      const longest = Math.round(delay.max / 1e6);
      const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      process.stdout.write(`        ${requests} requests, longest stall ${longest} ms; ${counts.join(', ')}\n`);
      expect(statuses.get(200) ?? 0).to.be.greaterThan(requests / 50);
    });
  });
});
