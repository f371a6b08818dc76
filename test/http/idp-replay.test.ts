import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { readScenarios, replay, type ReplayTarget, type Scenario } from '../support/replay.js';

const scenarios = readScenarios();

async function freshClient(muster: Muster, { name, requires }: Scenario): Promise<ReplayTarget> {
  const client = await muster.createClient(name);
  await muster.license(client, ...(requires?.roles ?? []));
  const tokenIn = async (dialect: 'tolerant' | 'strict') => (await muster.createToken({ client, dialect })).token;
  return { baseUrl: muster.baseUrl, tokens: { tolerant: await tokenIn('tolerant'), strict: await tokenIn('strict') } };
}

describe('recorded exchanges of identity providers', () => {
  it('are at least 60, of which at least 25 are from Okta and Entra ID', () => {
    const count = (wanted: readonly string[]) =>
      scenarios.filter(({ provider }) => wanted.includes(provider)).flatMap(({ exchanges }) => exchanges).length;
    const providers = [...new Set(scenarios.map(({ provider }) => provider))];
    expect(count(providers)).to.be.at.least(60);
    expect(count(['okta', 'entra'])).to.be.at.least(25);
  });

  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    for (const scenario of scenarios) {
      it(`are answered as the provider needs them, and deviations refused when strict: ${scenario.name} (RFC 7644 §3)`, async () => {
        await replay(await freshClient(muster, scenario), scenario);
      });
    }
  });
});
