import { expect } from 'chai';
import { makeWorld, places, type World } from '../support/client-world.js';
import { forEachDatabase } from '../support/databases.js';
import type { Response } from '../support/muster.js';
import { randomNumbers } from '../support/random-order.js';
import {
  groupBody,
  musterGroupUrn,
  musterUserUrn,
  patchBody,
  userBody,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

const rounds = 12;
const writersARound = 12;
const names = 15;
const unitChoices = Object.values(places);

interface Choice {
  readonly number: number;
  readonly units: readonly string[];
  readonly id: string;
}

type Write = (call: Caller, choice: Choice) => Promise<Response<ScimBody>>;

/** Writes that succeed or not: names and ids meet, so that some are refused and others bring leavers back. */
const writes: readonly Write[] = [
  (call, { number, units }) => call('POST', '/Users', userBody(`p${number}`, { [musterUserUrn]: { units } })),
  (call, { number, units }) => call('POST', '/Groups', groupBody(`g${number}`, { [musterGroupUrn]: { units } })),
  (call, { id }) => call('DELETE', `/Users/${id}`),
  (call, { id }) => call('DELETE', `/Groups/${id}`),
  (call, { id, units }) => call('PATCH', `/Users/${id}`, moveTo(musterUserUrn, units)),
  (call, { id, units }) => call('PATCH', `/Groups/${id}`, moveTo(musterGroupUrn, units)),
  (call, { number, units }) => {
    const operation = (id: number) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${id}`,
      data: userBody(`p${id % names}`, { [musterUserUrn]: { units } }),
    });
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    return call('POST', '/Bulk', { schemas, Operations: [operation(number), operation(number + 1)] });
  },
];

function moveTo(urn: string, units: readonly string[]): object {
  return patchBody({ op: 'replace', path: `${urn}:units`, value: units });
}

async function idsOf(call: Caller, path: string): Promise<readonly string[]> {
  return (await call.read(`${path}?count=1000&attributes=id`)).Resources.map(({ id }) => id);
}

describe('the total of a list', () => {
  forEachDatabase((database) => {
    let world: World;
    before(async () => {
      const muster = await database.startMuster();
      world = await makeWorld(muster, 'acme');
      await makeWorld(muster, 'globex');
    });

    async function expectExact(): Promise<void> {
      for (const call of [world.call, await world.tokenFor('Support'), await world.tokenFor('Support', 'Research')]) {
        for (const path of ['/Users', '/Groups']) {
          const ids = await idsOf(call, path);
          const { totalResults } = await call.read(`${path}?count=0`);
          expect(totalResults, path).to.equal(ids.length);
        }
      }
    }

    it('is exact for a client and for units, whatever was written at the same time (RFC 7644 §3.4.2)', async () => {
      const random = randomNumbers(20_261);
      const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
      for (let round = 0; round < rounds; round++) {
        const ids = [...(await idsOf(world.call, '/Users')), ...(await idsOf(world.call, '/Groups'))];
        const some = Array.from({ length: writersARound }, () => ({
          write: pick(writes),
          choice: { number: Math.floor(random() * names), units: pick(unitChoices) ?? [], id: pick(ids) ?? '' },
        }));
        await Promise.all(some.map(async ({ write, choice }) => write?.(world.call, choice)));
        await expectExact();
      }
    });
  });
});
