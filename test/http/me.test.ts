import { expect } from 'chai';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import {
  callerOf,
  enterpriseUrn,
  groupBody,
  musterUserUrn,
  patchBody,
  userBody,
  type Caller,
  type ScimBody,
} from '../support/scim.js';

describe('/Me', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let client: string;
    let admin: Caller;
    let me: Caller;
    let user: ScimBody;
    let location: string;

    before(async () => {
      muster = await database.startMuster();
    });

    let clients = 0;
    beforeEach(async () => {
      client = await muster.createClient(`client ${++clients}`);
      await muster.createUnit(client, 'Support');
      await muster.license(client, 'Guide');
      admin = callerOf(muster, (await muster.createToken({ client })).token);
      user = await admin.create('/Users', {
        ...userBody('bjensen', {
          externalId: '00u1',
          displayName: 'Babs',
          name: { givenName: 'Barbara', familyName: 'Jensen' },
          title: 'Guide',
          userType: 'Employee',
          emails: [{ value: 'b@x.example', type: 'work' }],
          roles: [{ value: 'Guide' }],
          entitlements: [{ value: 'parking' }],
          password: 'correct horse battery',
        }),
        [enterpriseUrn]: { department: 'Tours', costCenter: '4130' },
        [musterUserUrn]: { units: ['Support'] },
      });
      me = callerOf(muster, (await muster.createToken({ client, user: user.id })).token);
      location = user.meta.location;
    });

    it('is the person of the token, with the permanent location (RFC 7644 §3.11)', async () => {
      const { status, headers, body } = await me('GET', '/Me');
      expect(status).to.equal(200);
      expect(body).to.deep.equal(user);
      expect(headers).to.include({ location, etag: user.meta.version, 'content-type': 'application/scim+json' });
      expect(location).to.equal(`${muster.baseUrl}/Users/${user.id}`);
      const part = await me('GET', '/me?attributes=userName');
      expect(Object.keys(part.body)).to.have.members(['schemas', 'id', 'userName']);
      expect((await me('GET', '/Me', undefined, { 'If-None-Match': user.meta.version })).status).to.equal(304);
    });

    it('lets people change what is theirs by PATCH (RFC 7644 §3.11, §3.5.2)', async () => {
      const change = {
        displayName: 'Barbara J.',
        nickName: 'Babs',
        name: { givenName: 'Barbara', familyName: 'Jensen', middleName: 'Jane' },
        phoneNumbers: [{ value: '+1 555 0100', type: 'mobile' }],
        photos: [{ value: 'https://photos.example/b.png', type: 'photo' }],
        addresses: [{ type: 'home', locality: 'Hollywood' }],
        preferredLanguage: 'en-US',
        locale: 'en-US',
        timezone: 'America/Los_Angeles',
      };
      const { status, headers, body } = await me('PATCH', '/Me', patchBody({ op: 'replace', value: change }));
      expect(status).to.equal(200);
      expect(headers['location']).to.equal(location);
      expect(body).to.deep.include(change);
      expect(await admin.read(`/Users/${user.id}`)).to.deep.equal(body);
      const removed = await me('PATCH', '/Me', patchBody({ op: 'remove', path: 'nickName' }));
      expect(removed.body).not.to.have.property('nickName');
    });

    it('takes no new password, which needs the old one: 403, and nothing is changed (RFC 7644 §3.11, §3.12)', async () => {
      const password = 'Tr0ub4dor&3 and more';
      for (const own of ['/Me', `/Users/${user.id}`]) {
        const patched = await me('PATCH', own, patchBody({ op: 'replace', path: 'password', value: password }));
        const replaced = await me('PUT', own, userBody('bjensen', { password }));
        for (const { status, body } of [patched, replaced]) {
          expect([status, body.status], own).to.deep.equal([403, '403']);
          expect(body.detail).to.contain('/users/self/update-password');
        }
      }
      expect(await admin.read(`/Users/${user.id}`)).to.deep.equal(user);
      const blank = await me('PATCH', '/Me', patchBody({ op: 'replace', path: 'password', value: '' }));
      expect(blank.status, blank.text).to.equal(200);
    });

    const managed: readonly (readonly [path: string, value: unknown])[] = [
      ['userName', 'root'],
      ['externalId', '00u2'],
      ['active', false],
      ['title', 'Director'],
      ['userType', 'Principal'],
      ['emails', [{ value: 'thief@x.example' }]],
      ['emails[type eq "work"].value', 'thief@x.example'],
      ['roles', [{ value: 'Admin' }]],
      ['entitlements', [{ value: 'vault' }]],
      ['x509Certificates', [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVM=' }]],
      [`${enterpriseUrn}:department`, 'Board'],
      [`${enterpriseUrn}:employeeNumber`, '1'],
      [`${musterUserUrn}:units`, []],
      [`${musterUserUrn}:openId`, 'https://id.example/thief'],
    ];
    for (const [path, value] of managed) {
      it(`does not let people change ${path} of themselves: 403, and nothing is changed (RFC 7644 §3.11, §3.12)`, async () => {
        const patch = patchBody(
          { op: 'replace', path: 'displayName', value: 'Mallory' },
          { op: 'replace', path, value },
        );
        for (const own of ['/Me', `/Users/${user.id}`]) {
          const { status, body, headers } = await me('PATCH', own, patch);
          expect([status, body.status], own).to.deep.equal([403, '403']);
          expect(headers['www-authenticate']).to.include('insufficient_scope');
          if (own === '/Me') expect(headers['location']).to.equal(location);
        }
        expect(await admin.read(`/Users/${user.id}`)).to.deep.equal(user);
      });
    }

    it('does not let people take away what is not theirs, nor join groups (RFC 7644 §3.11)', async () => {
      for (const path of ['emails', 'roles', 'entitlements', enterpriseUrn, `${musterUserUrn}:units`, 'externalId']) {
        expect((await me('PATCH', '/Me', patchBody({ op: 'remove', path }))).status, path).to.equal(403);
      }
      const group = await admin.create('/Groups', groupBody('Admins'));
      const joining = await me('PATCH', '/Me', patchBody({ op: 'add', path: 'groups', value: [{ value: group.id }] }));
      expect([joining.status, joining.body.scimType]).to.deep.equal([400, 'mutability']);
      const member = patchBody({ op: 'add', path: 'members', value: [{ value: user.id }] });
      expect((await me('PATCH', `/Groups/${group.id}`, member)).status).to.equal(403);
      expect(await admin.read(`/Users/${user.id}`)).to.deep.equal(user);
    });

    it('is replaced by PUT: what is not theirs may be repeated or left out, and stays (RFC 7644 §3.5.1, §3.11)', async () => {
      const whole = await me('PUT', '/Me', { ...user, displayName: 'Barbara' });
      expect(whole.status, whole.text).to.equal(200);
      expect(whole.headers['location']).to.equal(location);
      const { meta: _before, ...rest } = user;
      const { meta: _after, ...shown } = whole.body;
      expect(shown).to.deep.equal({ ...rest, displayName: 'Barbara' });
      const little = await me('PUT', '/Me', {
        ...userBody('bjensen', { nickName: 'B' }),
        [enterpriseUrn]: { department: 'Tours' },
      });
      expect(little.status, little.text).to.equal(200);
      expect(little.body).not.to.have.any.keys('displayName', 'name');
      const kept = [
        'externalId',
        'title',
        'userType',
        'emails',
        'roles',
        'entitlements',
        'active',
        enterpriseUrn,
        musterUserUrn,
      ];
      for (const name of kept) expect(little.body[name], name).to.deep.equal(user[name]);
      expect(little.body['nickName']).to.equal('B');
    });

    it('refuses a PUT that would change what is not theirs (RFC 7644 §3.11)', async () => {
      for (const change of [
        { userName: 'root' },
        { active: false },
        { roles: [{ value: 'Admin' }] },
        { emails: [{ value: 'thief@x.example' }] },
        { [enterpriseUrn]: { department: 'Board' } },
        { [musterUserUrn]: { units: ['Research'] } },
      ]) {
        const { status } = await me('PUT', '/Me', { ...user, ...change });
        expect(status, JSON.stringify(change)).to.equal(403);
      }
      expect(await admin.read(`/Users/${user.id}`)).to.deep.equal(user);
    });

    it('heeds If-Match (RFC 7644 §3.14)', async () => {
      const patch = patchBody({ op: 'replace', path: 'displayName', value: 'x' });
      const stale = await me('PATCH', '/Me', patch, { 'If-Match': 'W/"999"' });
      expect([stale.status, stale.headers['location']]).to.deep.equal([412, location]);
      expect((await me('PATCH', '/Me', patch, { 'If-Match': user.meta.version })).status).to.equal(200);
    });

    it('does not let people delete themselves, or make one: 403 and 405 (RFC 7644 §3.11, §3.12)', async () => {
      for (const own of ['/Me', `/Users/${user.id}`]) expect((await me('DELETE', own)).status, own).to.equal(403);
      expect((await me('DELETE', '/Me')).headers['location']).to.equal(location);
      const made = await me('POST', '/Me', userBody('second'));
      expect([made.status, made.headers['allow']]).to.deep.equal([405, 'GET, HEAD, PUT, PATCH, DELETE']);
      expect(await me.read('/Me')).to.deep.equal(user);
    });

    it('reaches nobody else (RFC 7644 §7.2)', async () => {
      const other = await admin.create('/Users', userBody('other'));
      const patch = patchBody({ op: 'replace', path: 'displayName', value: 'x' });
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', userBody('other')],
        ['PATCH', patch],
        ['DELETE', undefined],
      ] as const) {
        expect((await me(method, `/Users/${other.id}`, body)).status, method).to.equal(403);
      }
      for (const path of ['/Users', '/Groups']) expect((await me('GET', path)).status, path).to.equal(403);
      expect((await me('POST', '/Users', userBody('third'))).status).to.equal(403);
    });

    it('is not implemented for tokens that stand for no person: 501 (RFC 7644 §3.11)', async () => {
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', userBody('x')],
        ['PATCH', patchBody({ op: 'remove', path: 'title' })],
        ['DELETE', undefined],
      ] as const) {
        const { status, body: error } = await admin(method, '/Me', body);
        expect([status, error.status], method).to.deep.equal([501, '501']);
      }
    });

    it('ends with the person: 401 for one who is inactive or deleted (RFC 7644 §2)', async () => {
      await admin('PATCH', `/Users/${user.id}`, patchBody({ op: 'replace', path: 'active', value: false }));
      expect((await me('GET', '/Me')).status).to.equal(401);
    });
  });
});
