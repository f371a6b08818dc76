import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { forEachDatabase } from '../support/databases.js';
import type { Muster, Response } from '../support/muster.js';
import { callerOf, enterpriseUrn, filtered, groupBody, patchBody, userBody, type ScimBody } from '../support/scim.js';

const kelvin = '\u212a';
const writers = 50;

function times<Result>(count: number, make: (index: number) => Result): Result[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function statuses(answers: readonly Response<unknown>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function versionOf(answer: Response<unknown>): number {
  return Number(/^W\/"(\d+)"$/.exec(answer.headers['etag'] ?? '')?.[1]);
}

describe('writers at the same time', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    async function freshClient() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      return callerOf(muster, (await muster.createToken({ client })).token);
    }

    const sameNames: readonly (readonly [string, readonly string[]])[] = [
      ['the same letters', ['ada@acme.example']],
      ['other letter cases', ['ada@acme.example', 'ADA@ACME.EXAMPLE', 'Ada@Acme.example']],
      ['composed and decomposed letters', ['zoe\u0308@acme.example', 'zo\u00eb@acme.example', 'ZO\u00cb@acme.example']],
      ['k, K and the Kelvin sign', ['kim@acme.example', 'KIM@acme.example', `${kelvin}im@acme.example`]],
      ['ß, ss and SS', ['weiß@acme.example', 'weiss@acme.example', 'WEISS@ACME.EXAMPLE']],
      ['full width and plain letters', ['\uff41da@acme.example', 'ada@acme.example']],
    ];
    for (const [what, names] of sameNames) {
      it(`create exactly one user of one userName, written with ${what} (RFC 7644 §3.3)`, async () => {
        const call = await freshClient();
        const nameOf = (index: number) => names[index % names.length] ?? '';
        const answers = await Promise.all(times(writers, (index) => call('POST', '/Users', userBody(nameOf(index)))));
        expect(statuses(answers)).to.deep.equal({ 201: 1, 409: writers - 1 });
        for (const { status, body } of answers) if (status === 409) expect(body.scimType).to.equal('uniqueness');
        for (const name of names) {
          expect((await call.read(filtered('/Users', `userName eq "${name}"`))).totalResults, name).to.equal(1);
        }
        expect((await call.read('/Users')).totalResults).to.equal(1);
      });
    }

    it('create exactly one user with one employeeNumber, and one group of one name (RFC 7644 §3.3)', async () => {
      const call = await freshClient();
      const staffId = { [enterpriseUrn]: { employeeNumber: '4711' } };
      const users = await Promise.all(times(20, (index) => call('POST', '/Users', userBody(`user ${index}`, staffId))));
      expect(statuses(users)).to.deep.equal({ 201: 1, 409: 19 });
      const groups = await Promise.all(
        times(20, (index) => call('POST', '/Groups', groupBody(index % 2 === 0 ? 'Staff' : 'STAFF'))),
      );
      expect(statuses(groups)).to.deep.equal({ 201: 1, 409: 19 });
    });

    it('bring a leaver back once (RFC 7644 §3.3)', async () => {
      const call = await freshClient();
      const { id } = await call.create('/Users', userBody('ada'));
      await call('DELETE', `/Users/${id}`);
      const answers = await Promise.all(times(20, () => call('POST', '/Users', userBody('ada'))));
      expect(statuses(answers)).to.deep.equal({ 201: 1, 409: 19 });
      expect(answers.find(({ status }) => status === 201)?.body.id).to.equal(id);
    });

    it(`add ${writers} different members to one group, and lose none; each sees a version of its own (RFC 7644 §3.5.2.1)`, async () => {
      const call = await freshClient();
      const users = await Promise.all(times(writers, (index) => call.create('/Users', userBody(`user ${index}`))));
      const group = await call.create('/Groups', groupBody('Staff'));
      const add = (user: ScimBody) => patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] });
      const answers = await Promise.all(users.map((user) => call('PATCH', `/Groups/${group.id}`, add(user))));
      for (const { status } of answers) expect(status).to.be.oneOf([200, 204]);
      const versions = answers.map(versionOf).toSorted((a, b) => a - b);
      expect(versions).to.deep.equal(times(writers, (index) => index + 2));
      const after = await call.read(`/Groups/${group.id}`);
      expect(after.members?.map(({ value }) => value).toSorted()).to.deep.equal(users.map(({ id }) => id).toSorted());
      expect(after.meta.version).to.equal(`W/"${writers + 1}"`);
    });

    it('add members to one group among others that are refused: each that was acknowledged is there (RFC 7644 §3.5.2)', async () => {
      const call = await freshClient();
      const users = await Promise.all(times(writers, (index) => call.create('/Users', userBody(`user ${index}`))));
      const { id } = await call.create('/Groups', groupBody('Staff'));
      const refusals = [
        { status: 400, member: randomUUID(), headers: {} },
        { status: 412, member: undefined, headers: { 'if-match': 'W/"9999"' } },
      ] as const;
      const answers = await Promise.all(
        users.map(async (user, index) => {
          const { status = 204, member, headers = {} } = refusals[index % 5] ?? {};
          const value = [{ value: user.id }, ...(member === undefined ? [] : [{ value: member }])];
          const answer = await call(
            'PATCH',
            `/Groups/${id}`,
            patchBody({ op: 'add', path: 'members', value }),
            headers,
          );
          return { expected: status, answer };
        }),
      );
      for (const { expected, answer } of answers) expect(answer.status < 300 ? 204 : answer.status).to.equal(expected);
      const kept = users.filter((_, index) => refusals[index % 5] === undefined);
      const after = await call.read(`/Groups/${id}`);
      expect(after.members?.map(({ value }) => value)).to.have.members(kept.map((user) => user.id));
      const versions = answers.filter(({ answer }) => answer.status < 300).map(({ answer }) => versionOf(answer));
      expect(versions.toSorted((a, b) => a - b)).to.deep.equal(times(kept.length, (index) => index + 2));
    });

    it('see members and version of one moment: in the answer to each write, in reads and in lists (RFC 7644 §3.14)', async () => {
      const call = await freshClient();
      const users = await Promise.all(times(40, (index) => call.create('/Users', userBody(`user ${index}`))));
      const { id } = await call.create('/Groups', groupBody('Staff'));
      const add = (user: ScimBody) => patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] });
      const answers = await Promise.all(
        users.flatMap((user) => [
          call('PATCH', `/Groups/${id}`, add(user)),
          call('GET', `/Groups/${id}?attributes=members`),
          call('GET', `${filtered('/Groups', 'displayName eq "Staff"')}&attributes=members,meta`),
        ]),
      );
      const seen = answers.map(({ headers, body }) => {
        const group = body.Resources?.[0] ?? body;
        return [headers['etag'] ?? group.meta.version, group.members?.length ?? 0];
      });
      expect(seen).to.deep.equal(seen.map(([tag]) => [tag, Number(/\d+/.exec(String(tag))?.[0]) - 1]));
    });

    it('add and remove members of groups that hold each other, without a cycle and without an error', async () => {
      const call = await freshClient();
      const groups = await Promise.all(times(4, (index) => call.create('/Groups', groupBody(`Group ${index}`))));
      const answers = await Promise.all(
        groups.flatMap((group) =>
          groups.map((other) =>
            call(
              'PATCH',
              `/Groups/${group.id}`,
              patchBody({ op: 'add', path: 'members', value: [{ value: other.id }] }),
            ),
          ),
        ),
      );
      for (const { status } of answers) expect(status).to.be.oneOf([200, 400]);
      const holds = new Map<string, readonly string[]>();
      for (const { id } of groups) {
        holds.set(id, (await call.read(`/Groups/${id}`)).members?.map(({ value }) => value) ?? []);
      }
      for (const { id } of groups) expect(reachable(holds, id)).not.to.include(id);
    });

    it('close no cycle between two groups that each add the next (RFC 7643 §4.2)', async () => {
      const call = await freshClient();
      const rounds = await Promise.all(
        times(15, async (round) => {
          const [a, b, c] = await Promise.all(
            ['a', 'b', 'c'].map((name) => call.create('/Groups', groupBody(`${name} ${round}`))),
          );
          const hold = (group: ScimBody | undefined, member: ScimBody | undefined) =>
            call(
              'PATCH',
              `/Groups/${group?.id}`,
              patchBody({ op: 'add', path: 'members', value: [{ value: member?.id }] }),
            );
          await hold(b, c);
          return Promise.all([hold(a, b), hold(c, a)]);
        }),
      );
      for (const [one, other] of rounds)
        expect([one?.status, other?.status].toSorted((a = 0, b = 0) => a - b)).to.deep.equal([200, 400]);
    });

    it('change different attributes of one user, and lose none (RFC 7644 §3.5.2)', async () => {
      const call = await freshClient();
      const { id } = await call.create('/Users', userBody('ada'));
      const single = ['title', 'displayName', 'nickName', 'userType', 'locale', 'preferredLanguage', 'timezone'];
      const values: Record<string, string> = { preferredLanguage: 'en', locale: 'en-GB', timezone: 'Europe/Berlin' };
      const operations = [
        ...single.map((path) => ({ op: 'replace', path, value: values[path] ?? `the ${path}` })),
        ...times(30, (index) => ({ op: 'add', path: 'emails', value: [{ value: `ada${index}@acme.example` }] })),
      ];
      const answers = await Promise.all(operations.map((each) => call('PATCH', `/Users/${id}`, patchBody(each))));
      expect(statuses(answers)).to.deep.equal({ 200: operations.length });
      const user = await call.read(`/Users/${id}`);
      expect(user['emails']).to.have.length(30);
      for (const path of single) expect(user[path]).to.equal(values[path] ?? `the ${path}`);
      expect(user.meta.version).to.equal(`W/"${operations.length + 1}"`);
    });

    it('with the same If-Match: one succeeds, the others are 412 (RFC 7644 §3.14)', async () => {
      const call = await freshClient();
      const { id } = await call.create('/Users', userBody('ada'));
      const answers = await Promise.all(
        times(20, (index) =>
          call('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: `title ${index}` }), {
            'If-Match': 'W/"1"',
          }),
        ),
      );
      expect(statuses(answers)).to.deep.equal({ 200: 1, 412: 19 });
    });

    it('delete one user once, while others change it: never a half-deleted one (RFC 7644 §3.6)', async () => {
      const call = await freshClient();
      const { id } = await call.create('/Users', userBody('ada'));
      const group = await call.create('/Groups', groupBody('Staff'));
      const requests = times(30, (index) =>
        index % 3 === 0
          ? call('DELETE', `/Users/${id}`)
          : index % 3 === 1
            ? call('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'title', value: `title ${index}` }))
            : call('PATCH', `/Groups/${group.id}`, patchBody({ op: 'add', path: 'members', value: [{ value: id }] })),
      );
      const answers = await Promise.all(requests);
      for (const { status } of answers) expect(status).to.be.oneOf([200, 204, 400, 404]);
      const removed = answers.filter((answer, index) => index % 3 === 0 && answer.status === 204);
      expect(removed).to.have.length(1);
      expect((await call('GET', `/Users/${id}`)).status).to.equal(404);
      expect(await call.read(`/Groups/${group.id}`)).not.to.have.property('members');
      const returned = await call.create('/Users', userBody('ada'));
      expect(returned).not.to.have.property('groups');
    });
  });
});

function reachable(holds: ReadonlyMap<string, readonly string[]>, from: string): readonly string[] {
  const seen = new Set<string>();
  const next = [...(holds.get(from) ?? [])];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    next.push(...(holds.get(id) ?? []));
  }
  return [...seen];
}
