import { expect } from 'chai';
import { byPath } from '../../../src/http/api/route-order.js';
import { routeTable } from '../../../src/http/api/route-table.js';
import { apiCallerOf, listIn } from '../../support/api.js';
import { misfit, type ApiAnswer } from '../../support/api-answers.js';
import { forEachDatabase } from '../../support/databases.js';
import type { Muster } from '../../support/muster.js';
import { userBody } from '../../support/scim.js';
import { makeTenant } from '../../support/tenants.js';

const [anyRoute] = routeTable;

function routesAt(...paths: readonly string[]) {
  if (anyRoute === undefined) throw new Error('the table is empty');
  return paths.map((path) => ({ ...anyRoute, path }));
}

describe('the route table', () => {
  it('tries words before parameters, whatever their order in the table', () => {
    const paths = [
      '/groups/{id}',
      '/{any}',
      '/groups/bulk-delete',
      '/groups/{id}/members',
      '/groups/{id}/{other}',
      '/groups',
    ];
    const tried = byPath(routesAt(...paths)).map(({ path }) => path);
    expect(tried.indexOf('/groups/bulk-delete')).to.be.lessThan(tried.indexOf('/groups/{id}'));
    expect(tried.indexOf('/groups/{id}/members')).to.be.lessThan(tried.indexOf('/groups/{id}/{other}'));
    expect(tried.indexOf('/groups')).to.be.lessThan(tried.indexOf('/{any}'));
  });

  it('is in the same order however it is written down, and each path is matched by its own routes first', () => {
    const paths = [...new Set(routeTable.map(({ path }) => path))];
    const inOrder = byPath(routesAt(...paths)).map(({ path }) => path);
    const rotated = paths.map((_, start) => [...paths.slice(start), ...paths.slice(0, start)]);
    for (const order of [...rotated, ...rotated.map((each) => each.toReversed())]) {
      expect(byPath(routesAt(...order)).map(({ path }) => path)).to.deep.equal(inOrder);
    }
    const patterns = inOrder.map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
    for (const [index, path] of inOrder.entries()) {
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      expect(
        patterns.findIndex((pattern) => pattern.test(url)),
        path,
      ).to.equal(index);
    }
  });

  it('refuses two routes of one method and path', () => {
    expect(() => byPath(routesAt('/a', '/b', '/a'))).to.throw('/a stands twice');
  });

  it('describes an answer of success for every route, and each has its parameters in its path', () => {
    for (const { method, path, answers, params } of routeTable) {
      expect(
        Object.keys(answers).some((status) => status.startsWith('2')),
        `${method} ${path}`,
      ).to.equal(true);
      const values = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'x']));
      const unknown = params.safeParse(values).error?.issues.filter((issue) => issue.code === 'unrecognized_keys');
      expect(unknown ?? [], `${method} ${path}`).to.deep.equal([]);
      expect(params.safeParse({ ...values, more: 'x' }).success, `${method} ${path} takes no other`).to.equal(false);
    }
  });
});

describe('the check of answers that every suite runs', () => {
  const id = '0190a0a0-0000-7000-8000-000000000000';
  const unit = { id, name: 'Support', createdAt: '2027-01-01T00:00:00.000Z' };
  const refusal = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'in use', requestId: id };
  const answer = (more: Partial<ApiAnswer>, body: unknown = unit): ApiAnswer => ({
    method: 'GET',
    path: `/units/${id}?x=1`,
    status: 200,
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(body),
    ...more,
  });
  const problem = 'application/problem+json';
  const cases: readonly (readonly [string, ApiAnswer, RegExp | undefined])[] = [
    ['what fits', answer({}), undefined],
    ['a member too many', answer({}, { ...unit, secretHash: 'x' }), /secretHash/],
    ['a member too few', answer({}, { id }), /name/],
    ['a member of another kind', answer({}, { ...unit, createdAt: 'today' }), /createdAt/],
    ['a status that is not described', answer({ status: 202 }), /202/],
    ['a route that is not in the table', answer({ path: '/nowhere' }), /route table/],
    ['a method that is not in the table', answer({ method: 'PUT' }), /route table/],
    ['another type', answer({ contentType: 'text/html' }), /text\/html/],
    ['a body where none is described', answer({ method: 'DELETE', status: 204 }), /no body/],
    ['no body where none is described', answer({ method: 'DELETE', status: 204, text: '' }), undefined],
    ['a refusal', answer({ status: 404, contentType: problem }, { ...refusal, status: 404 }), undefined],
    ['a refusal that is no problem', answer({ status: 404 }, { ...refusal, status: 404 }), /problem\+json/],
    [
      'a refusal of a path that is not there',
      answer({ path: '/nowhere', status: 404, contentType: problem }, refusal),
      undefined,
    ],
    [
      'a refusal that lacks what its route promises',
      answer({ method: 'DELETE', status: 409, contentType: problem }, refusal),
      /usages|groups/,
    ],
    [
      'lines, one of which does not fit',
      answer({ path: '/audit', contentType: 'application/x-ndjson', text: '{}\n' }),
      /actor/,
    ],
  ];
  for (const [title, given, expected] of cases) {
    it(`judges ${title}`, () => {
      if (expected === undefined) expect(misfit(given)).to.equal(undefined);
      else expect(misfit(given)).to.match(expected);
    });
  }
});

describe('the router of the companion API', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    it('answers 404 for an unknown path and 405 with Allow for a method that a path does not have (RFC 9110 §15.5.6)', async () => {
      const { api } = (await makeTenant(muster)).admin;
      expect(await api.status('GET', '/nowhere')).to.equal(404);
      const answer = await api('PUT', '/units', { name: 'x' });
      expect(answer.status).to.equal(405);
      expect(answer.headers['allow']?.split(', ')).to.have.members(['GET', 'HEAD', 'POST']);
    });

    it('answers every refusal as problem details with the id of the request (RFC 9457)', async () => {
      const tenant = await makeTenant(muster);
      const { api } = tenant.admin;
      const answers = [
        await apiCallerOf(muster)('GET', '/units'),
        await api('POST', '/units', { name: 1 }),
        await api('POST', '/units', '{"name":'),
        await api('POST', '/units', 'x', { 'Content-Type': 'text/plain' }),
        await api('POST', '/units'),
        await api('GET', '/units/x'),
        await api('GET', '/units/%00'),
        await api('GET', '/units?x=1'),
        await api('DELETE', '/audit'),
        await tenant.supportToken.api('GET', `/units/${tenant.research}`),
        await tenant.operator.api('GET', '/units'),
        await tenant.operator.api('GET', '/units', undefined, { 'X-Muster-Client': 'nobody' }),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([
        401, 400, 400, 415, 400, 404, 400, 400, 405, 403, 400, 404,
      ]);
      for (const { body, headers, status } of answers) {
        expect(headers['content-type']).to.equal('application/problem+json');
        expect(body).to.deep.include({ type: 'about:blank', status, requestId: headers['x-request-id'] });
      }
      expect(answers[1]?.body.detail).to.match(/^body: name: /);
    });

    it('answers HEAD as GET, without a body (RFC 9110 §9.3.2)', async () => {
      const { api } = (await makeTenant(muster)).admin;
      for (const path of ['/units', '/tokens', '/audit']) {
        const answer = await api('HEAD', path);
        expect([answer.status, answer.text], path).to.deep.equal([200, '']);
      }
    });

    it('refuses before it reads: a body of a megabyte that the token may not send is 403', async () => {
      const tenant = await makeTenant(muster);
      const { id } = await tenant.admin.scim.create('/Users', userBody('ada'));
      const me = await tenant.personal(id);
      expect(await me.api.status('POST', '/tokens', `{"x":"${'a'.repeat(2_000_000)}`)).to.equal(403);
      expect(await tenant.admin.api.status('POST', '/tokens', `{"x":"${'a'.repeat(2_000_000)}"}`)).to.equal(413);
    });

    it('lets an operator name the client by id or by name, and others not at all', async () => {
      const [tenant, beta] = [await makeTenant(muster), await makeTenant(muster)];
      const { name } = await tenant.operator.api.read(`/clients/${tenant.client}`);
      for (const client of [tenant.client, String(name).toUpperCase()]) {
        const answer = await tenant.operator.api('GET', '/units', undefined, { 'X-Muster-Client': client });
        expect(listIn(answer.body, 'units').map(({ id }) => id)).to.have.members([tenant.support, tenant.research]);
      }
      const own = await beta.admin.api('GET', '/units', undefined, { 'X-Muster-Client': tenant.client });
      expect(listIn(own.body, 'units').map(({ id }) => id)).to.have.members([beta.support, beta.research]);
    });
  });
});
