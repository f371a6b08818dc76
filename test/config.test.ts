import { expect } from 'chai';
import { readConfig } from '../src/config.js';

describe('the settings', () => {
  const rates = (variables: Record<string, string>) => readConfig(variables).rates;

  it('limit a token to 50 requests a second with 200 at once, a client to four times as many', () => {
    expect(rates({})).to.deep.equal({
      token: { limit: 200, seconds: 4 },
      client: { limit: 800, seconds: 4 },
      failures: { limit: 100, seconds: 60 },
    });
  });

  it('derive the limits from RATE_LIMIT_RPS, unless they are given', () => {
    expect(rates({ RATE_LIMIT_RPS: '10' }).token).to.deep.equal({ limit: 40, seconds: 4 });
    expect(rates({ RATE_LIMIT_RPS: '10' }).client).to.deep.equal({ limit: 160, seconds: 4 });
    const given = { RATE_LIMIT_RPS: '10', RATE_LIMIT_BURST: '100', RATE_LIMIT_CLIENT_RPS: '15' };
    expect(rates({ ...given, AUTH_FAILURES_PER_MINUTE: '5' })).to.deep.equal({
      token: { limit: 100, seconds: 10 },
      client: { limit: 150, seconds: 10 },
      failures: { limit: 5, seconds: 60 },
    });
  });

  it('switch every limit off with RATE_LIMIT_RPS=0, but those that are asked for', () => {
    const off = { token: undefined, client: undefined, failures: undefined };
    expect(rates({ RATE_LIMIT_RPS: '0' })).to.deep.equal(off);
    expect(rates({ RATE_LIMIT_RPS: '0', AUTH_FAILURES_PER_MINUTE: '5' }).failures).to.deep.equal({
      limit: 5,
      seconds: 60,
    });
    expect(rates({ RATE_LIMIT_CLIENT_RPS: '0', AUTH_FAILURES_PER_MINUTE: '0' })).to.deep.include({
      client: undefined,
      failures: undefined,
    });
  });

  for (const [name, value] of [
    ['RATE_LIMIT_RPS', 'many'],
    ['RATE_LIMIT_RPS', '-1'],
    ['RATE_LIMIT_BURST', '1.5'],
    ['RATE_LIMIT_BURST', '49'],
    ['RATE_LIMIT_CLIENT_RPS', '1e3'],
    ['AUTH_FAILURES_PER_MINUTE', '∞'],
  ] as const) {
    it(`are refused, naming the variable: ${name}=${value}`, () => {
      expect(() => readConfig({ [name]: value })).to.throw(name);
    });
  }
});
