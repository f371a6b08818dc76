import { expect } from 'chai';
import { routeTable } from '../../src/http/api/route-table.js';
import { methodsByPath } from '../../src/http/scim/scim-router.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { apiCarriers, type Own } from './carriers.js';
import {
  inLanes,
  lanesOf,
  plainAnswer,
  Secrets,
  sendCase,
  tokensOf,
  unknownLike,
  type Lane,
  type TokenCase,
} from './generate.js';
import { idRoutes, partsOf, plainFields, textFieldsOf } from './routes.js';
import { rowsOf, type TenantRow } from './rows.js';
import { coveredTypes, scimCarriers } from './scim-carriers.js';
import { makeIsolationWorld, type IsolationWorld, type Subject } from './world.js';

const leastCases = 10_000;
// Some seconds on a machine that does nothing else.
const longestMs = 600_000;
const isWrite = ({ carrier }: Lane, token: TokenCase) => {
  const subject: Subject = { kind: '', value: 'x', client: 'x' };
  return !['GET', 'HEAD'].includes(carrier.request(subject, token.own).method);
};

describe('isolation, generated from the routes of both surfaces', () => {
  it('every route of the companion API has a request, and every id in its schemas a place in one', () => {
    const own: Own = () => '0190a0b0-0000-7000-8000-000000000001';
    const titles = apiCarriers.map(({ title }) => title);
    for (const each of idRoutes) {
      expect(titles, each.title).to.include(`${each.title} X-Muster-Client`);
      for (const field of each.fields) {
        expect(titles).to.include(`${each.title} ${field.part}.${field.steps.join('.')}`);
        const parts = partsOf(each, own, { field, value: own('') });
        expect(JSON.stringify(parts), `${each.title} ${field.steps.join('.')}`).to.match(/8000-000000000001|MDE5MGE/);
        for (const part of ['params', 'query', 'body'] as const) {
          const said = each.route[part]?.safeParse(asSent(part, parts[part]));
          expect(said?.error?.issues ?? [], `${each.title}: a ${part} for the tests, in routes.ts`).to.deep.equal([]);
        }
      }
    }
    expect(idRoutes).to.have.length(routeTable.length);
  });

  it('every text that a route of the companion API takes is marked as an id, or known to be none', () => {
    const unknown = idRoutes.flatMap(({ route, title, fields }) => {
      const ids = new Set(fields.map(({ name }) => name));
      const others = textFieldsOf(route).filter((name) => !ids.has(name) && !plainFields.has(name));
      return others.map((name) => `${title}: ${name}`);
    });
    expect(unknown, 'mark it with idOf(…), or name it in plainFields of routes.ts').to.deep.equal([]);
  });

  it('every path and method of SCIM has a request', () => {
    const own: Own = () => 'own';
    const sent = scimCarriers.map((carrier) => carrier.request({ kind: '', value: 'value', client: 'client' }, own));
    for (const [path, methods] of methodsByPath) {
      for (const method of methods.filter((each) => each !== 'HEAD')) {
        const isTried = sent.some((each) => each.method === method && path.test(each.path.split('?')[0] ?? ''));
        expect(isTried, `${method} ${path.source}: a carrier for it, in scim-carriers.ts`).to.equal(true);
      }
    }
  });

  forEachDatabase((database) => {
    let muster: Muster;
    let url: string;
    let acme: IsolationWorld;
    let beta: IsolationWorld;
    let tokens: readonly TokenCase[];
    before(async function () {
      this.timeout(longestMs);
      url = await database.url();
      muster = await database.startMuster({ url });
      acme = await makeIsolationWorld(muster, url, 'acmecorp');
      beta = await makeIsolationWorld(muster, url, 'betelgeuse');
      tokens = tokensOf(acme, (await muster.createToken({})).token, (place) => ownOf(acme, place));
    });

    it('covers every endpoint of SCIM, and every kind of id that a route marks', async () => {
      const { body } = await muster.request<{ Resources: { endpoint: string }[] }>('GET', '/ResourceTypes', {
        token: acme.admin,
      });
      expect(coveredTypes).to.include.members(body.Resources.map(({ endpoint }) => endpoint));
      const kinds = new Set(beta.subjects.map(({ kind }) => kind));
      for (const { fields, title } of idRoutes) {
        for (const { kind } of fields) if (kind !== 'target') expect([...kinds], title).to.include(kind);
      }
    });

    it("another client's id is answered as an unknown one, tells nothing and changes nothing there (RFC 7644 §3.12)", async function () {
      this.timeout(longestMs);
      const before = await rowsOf(url, beta.client);
      const subjects = [...beta.subjects, ...(await cursorsOf(muster, beta))];
      const secrets = new Secrets(idsIn(before), /betelgeuse/gi);
      const lanes = lanesOf(tokens, subjects, 1);
      const wrong: string[] = [];
      let cases = 0;
      const run = async ({ token, carrier, subjects: tried }: Lane) => {
        const known = new Map<string, string>();
        for (const subject of tried) {
          const unknown = unknownLike(subject);
          const shape = /^[0-9a-f-]{36}$/.test(subject.value) ? 'id' : subject.value;
          if (!known.has(shape)) {
            const answer = await sendCase(muster, token, carrier.request(unknown, token.own));
            known.set(shape, plainAnswer(answer, unknown));
          }
          const answer = await sendCase(muster, token, carrier.request(subject, token.own));
          cases += 1;
          const title = `${token.title}: ${carrier.title} = ${subject.kind}`;
          const plain = plainAnswer(answer, subject);
          if (plain !== known.get(shape))
            wrong.push(`${title}\n  unknown ${known.get(shape) ?? ''}\n  theirs  ${plain}`);
          const told = secrets.toldBy(answer, subject);
          if (told.length > 0) wrong.push(`${title} tells ${told.join()}`);
        }
      };
      for (const writes of [false, true])
        await inLanes(
          lanes.filter((lane) => isWrite(lane, lane.token) === writes),
          run,
        );
      console.log(`        ${cases} cases`);
      for (const token of tokens) {
        const { status } = await sendCase(muster, token, { method: 'GET', path: '/Me' });
        expect(status === 401, `${token.title} ${status}`).to.equal(token.isDead);
      }
      const theirObject = `${muster.apiUrl}/objects/SEGMENT/betelgeuse-none`;
      for (const method of ['PUT', 'DELETE']) {
        expect((await muster.request(method, theirObject, { token: acme.admin })).status).to.equal(204);
      }
      expect(wrong.slice(0, 20).join('\n'), `${wrong.length} of ${cases} cases`).to.equal('');
      expect(textsOf(await rowsOf(url, beta.client))).to.deep.equal(textsOf(before));
      expect(cases).to.be.at.least(leastCases);
    });

    it('a token for a unit neither sees nor changes what lies beyond the unit, and every such thing is answered alike', async function () {
      this.timeout(longestMs);
      let cases = 0;
      const wrong: string[] = [];
      for (const [title, hidden] of [
        ['support', ['research', 'shared', 'none']],
        ['research', ['support', 'shared', 'none']],
      ] as const) {
        const token = tokens.find((each) => each.title === title);
        if (token === undefined) throw new Error(`there is no token ${title}`);
        const subjects = hidden.flatMap((place) => acme.subjectsAt(place));
        const ids = subjects.map(({ value }) => value);
        const secrets = new Secrets(ids, new RegExp(`acmecorp-(?:${hidden.join('|')})`, 'gi'));
        const touches = ({ text }: TenantRow) => ids.some((id) => text.includes(id));
        const before = (await rowsOf(url, acme.client)).filter(touches);
        await inLanes(lanesOf([token], subjects, 3), async ({ carrier, subjects: tried }) => {
          const answers = new Map<string, string>();
          for (const subject of tried) {
            const answer = await sendCase(muster, token, carrier.request(subject, token.own));
            cases += 1;
            const told = secrets.toldBy(answer, subject);
            const name = `${token.title}: ${carrier.title} = ${subject.value}`;
            if (told.length > 0) wrong.push(`${name} tells ${told.join()}`);
            if (carrier.title.startsWith('filter')) continue;
            const plain = plainAnswer(answer, subject);
            if ((answers.get(subject.kind) ?? plain) !== plain)
              wrong.push(`${name}\n  ${plain}\n  ${answers.get(subject.kind) ?? ''}`);
            answers.set(subject.kind, plain);
          }
        });
        const after = new Set((await rowsOf(url, acme.client)).map(({ text }) => text));
        for (const { text } of before) if (!after.has(text)) wrong.push(`${title} changed ${text}`);
      }
      console.log(`        ${cases} cases`);
      expect(wrong.slice(0, 20).join('\n'), `${wrong.length} of ${cases} cases`).to.equal('');
    });
  });
});

function asSent(part: string, value: unknown): unknown {
  return part === 'body' || value === undefined ? value : JSON.parse(JSON.stringify(value));
}

function textsOf(rows: readonly TenantRow[]): readonly string[] {
  return rows.map(({ text }) => text);
}

function idsIn(rows: readonly TenantRow[]): readonly string[] {
  return rows.flatMap(({ columns }) => [columns['id'], columns['client_id']].filter((id) => typeof id === 'string'));
}

function ownOf(world: IsolationWorld, place: 'none' | 'support' | 'research'): Own {
  const mine = new Map<string, string>(world.subjectsAt(place).map(({ kind, value }) => [kind, value]));
  const units = world.subjects.filter(({ kind }) => kind === 'unit');
  return (kind) => {
    if (kind === 'client') return world.client;
    return mine.get(kind) ?? world.subjects.find((each) => each.kind === kind)?.value ?? units[0]?.value ?? '';
  };
}

async function cursorsOf(muster: Muster, { client, admin }: IsolationWorld): Promise<readonly Subject[]> {
  const next = async (path: string) => {
    const { body } = await muster.request('GET', path, { token: admin });
    return String(body['nextCursor'] ?? body['next']);
  };
  return [
    { kind: 'userCursor', value: await next('/Users?count=1&cursor='), client },
    { kind: 'groupCursor', value: await next('/Groups?count=1&cursor='), client },
    { kind: 'auditCursor', value: await next(`${muster.apiUrl}/audit?count=1`), client },
  ];
}
