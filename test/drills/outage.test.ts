import { expect } from 'chai';
import { outage } from '../../scripts/drills/outage/outage.js';
import { faultsOf } from '../../scripts/drills/outage/traffic.js';
import type { ExpectedRequest } from '../../scripts/drills/outage/requests.js';
import type { Answer, Reply } from '../../scripts/drills/drill-client.js';

// What is slow is for the script to judge; here nothing may hang.
const patient = { seconds: 1, backWithinMs: 60_000, progress: () => undefined };

describe('while something happens to the database', function () {
  this.timeout(300_000);

  it('writes are done or 503 with Retry-After, reads go on, and all is well afterwards: SQLite', async () => {
    const { figures, violations } = await outage({ ...patient, database: 'sqlite' });
    expect(violations, figures.join('\n')).to.deep.equal([]);
  });

  it('every answer is the usual one, or 503 with Retry-After, and all is well afterwards: PostgreSQL', async () => {
    const only = ['cut', 'exhausted', 'locked', 'read-only'];
    const { figures, violations } = await outage({ ...patient, database: 'postgres', only });
    expect(violations, figures.join('\n')).to.deep.equal([]);
  });
});

describe('the judgement of answers in an outage', () => {
  const allowance = { readsGoOn: true, longestMs: 1_000 };
  const read: ExpectedRequest = { kind: 'read', status: 200, request: { method: 'GET', path: '/scim/v2/Users' } };
  const write: ExpectedRequest = { ...read, kind: 'write', request: { method: 'POST', path: '/scim/v2/Users' } };
  const bulk: ExpectedRequest = { ...read, kind: 'Bulk', request: { method: 'POST', path: '/scim/v2/Bulk' } };
  const headers = { 'content-type': 'application/scim+json', 'retry-after': '5' };
  const refused: Answer = { kind: 'answer', status: 503, headers, body: { status: '503' }, ms: 5 };
  const fine: Answer = { kind: 'answer', status: 200, headers: {}, body: {}, ms: 5 };

  it('is content with the usual answer, and with 503 to a write', () => {
    expect([...faultsOf(read, fine, allowance), ...faultsOf(write, refused, allowance)]).to.deep.equal([]);
  });

  const faults: readonly (readonly [string, ExpectedRequest, Reply])[] = [
    ['503 to a read that should go on', read, refused],
    ['401', write, { ...fine, status: 401 }],
    ['404', read, { ...fine, status: 404 }],
    ['409', write, { ...fine, status: 409 }],
    ['500', write, { ...fine, status: 500 }],
    ['no answer', write, { kind: 'none', code: 'UND_ERR_HEADERS_TIMEOUT', ms: 5 }],
    ['an answer that took too long', read, { ...fine, ms: 2_000 }],
    ['503 without Retry-After', write, { ...refused, headers: { 'content-type': 'application/scim+json' } }],
    ['503 with a date in Retry-After', write, { ...refused, headers: { ...headers, 'retry-after': 'tomorrow' } }],
    ['503 that is no SCIM error', write, { ...refused, headers: { ...headers, 'content-type': 'text/html' } }],
    ['an operation of a Bulk that is 404', bulk, { ...fine, body: { Operations: [{ status: '404' }] } }],
  ];
  for (const [what, expected, reply] of faults) {
    it(`is not content with ${what}`, () => {
      expect(faultsOf(expected, reply, allowance)).not.to.deep.equal([]);
    });
  }
});
