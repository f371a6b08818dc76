import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { startCommandSession, type CommandSession } from '../support/command-session.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { effectiveRolesOf, memberOf } from '../support/roles.js';
import { callerOf, enterpriseUrn, musterUserUrn, userBody } from '../support/scim.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

type Json = Readonly<Record<string, unknown>>;
type List = readonly Json[];

describe('the tenant model at the command line', function () {
  this.timeout(120_000);

  forEachDatabase((database) => {
    let folder: string;
    let muster: Muster;
    let session: CommandSession;
    before(async () => {
      folder = await temporaryFolder();
      const url = await database.url();
      muster = await database.startMuster({ url });
      session = startCommandSession({
        cwd: folder,
        settings: { DATABASE_URL: url, PUBLIC_URL: new URL(muster.baseUrl).origin },
      });
    });
    after(async () => {
      await session.end();
      await removeTemporaryFolder(folder);
    });

    /** A client with the units Support and Research, its SCIM, and commands about it. */
    async function tenant() {
      const client = await muster.createClient(`client ${randomUUID()}`);
      for (const unit of ['Support', 'Research']) await muster.createUnit(client, unit);
      const scim = callerOf(muster, (await muster.createToken({ client })).token);
      const json = <Body = Json>(...args: readonly string[]) => session.json<Body>(...args, '--client', client);
      const fails = async (...args: readonly string[]) => {
        const { code, stdout, stderr } = await session.run(...args, '--client', client);
        expect([code, stdout], args.join(' ')).to.deep.equal([1, '']);
        return stderr;
      };
      return { client, scim, json, fails };
    }

    it('client create names the first administrator, client change changes all or nothing', async () => {
      const name = `client ${randomUUID()}`;
      const made = await session.json(
        'client',
        'create',
        '--name',
        name,
        '--admin',
        'ada',
        '--admin-email',
        'ada@a.example',
      );
      const [admin, ...others] = await session.json<List>('user', 'list', '--client', name);
      expect([admin?.['userName'], admin?.['id'], others]).to.deep.equal([
        'ada',
        memberOf(made['admin'], 'userId'),
        [],
      ]);
      await session.json('client', 'roles', name, '--set', 'Insight', '--set', 'Alerts');
      const settings = ['--max-users', '7', '--invitation-days', '30', '--default-roles', 'Principal=Insight,Alerts'];
      const changed = await session.json('client', 'change', name, ...settings);
      const expected = {
        maxUsers: 7,
        invitationTtlDays: 30,
        defaultRolesByUserType: { Principal: ['Insight', 'Alerts'] },
      };
      expect(changed).to.deep.include(expected);
      const renamed = `client ${randomUUID()}`;
      const wrong = ['--name', renamed, '--default-roles', 'Teacher=Nonsense'];
      expect((await session.run('client', 'change', name, ...wrong)).code).to.equal(1);
      expect(await session.json('client', 'show', name)).to.deep.include({ name, ...expected });
      const none = await session.json(
        'client',
        'change',
        name,
        '--name',
        renamed,
        '--max-users',
        'none',
        '--no-default-roles',
      );
      expect(none).to.deep.include({ name: renamed, maxUsers: null, defaultRolesByUserType: {} });
      expect((await session.run('client', 'change', renamed, '--invitation-days', '0')).code).to.equal(2);
    });

    it('user create, change, show and list say of a person what SCIM shows', async () => {
      const { client, scim, json, fails } = await tenant();
      await session.json('client', 'roles', client, '--set', 'Insight');
      const { id } = await json<{ id: string }>(
        'user',
        'create',
        '--user-name',
        'grace',
        '--given-name',
        'Grace',
        '--email',
        'grace@a.example',
        '--employee-number',
        '7',
        '--role',
        'Insight',
        '--unit',
        'Support',
      );
      const shown = await scim.read(`/Users/${id}`);
      expect(await json('user', 'show', 'GRACE')).to.deep.equal(shown);
      expect(shown[enterpriseUrn]).to.deep.equal({ employeeNumber: '7' });
      expect(effectiveRolesOf(shown)).to.deep.equal(['Insight']);
      const changed = await json(
        'user',
        'change',
        'grace',
        '--given-name',
        '',
        '--family-name',
        'Hopper',
        '--no-roles',
      );
      expect(changed['name']).to.deep.equal({ familyName: 'Hopper' });
      expect(changed).not.to.have.property('roles');
      const filter = 'name.familyName eq "hopper"';
      expect(await json<List>('user', 'list', '--filter', filter)).to.deep.equal([
        { id, userName: 'grace', active: true, accountStatus: 'ACTIVE', units: ['Support'] },
      ]);
      expect(await fails('user', 'create', '--user-name', 'Grace')).to.contain('userName');
      expect(await fails('user', 'show', 'nobody')).to.equal('muster: there is no person "nobody"\n');
      expect(await fails('user', 'list', '--filter', 'shoeSize pr')).to.contain('shoeSize');
    });

    it('user deactivate, activate, lock, unlock and delete switch people; the last administrator stays unless forced', async () => {
      const { scim, json, fails } = await tenant();
      const { id } = await json<{ id: string }>('user', 'create', '--user-name', 'ada', '--admin');
      for (const deed of ['deactivate', 'delete']) {
        expect(await fails('user', deed, 'ada')).to.contain('last active administrator');
      }
      await json('user', 'deactivate', 'ada', '--force');
      expect((await scim.read(`/Users/${id}`))['active']).to.equal(false);
      await json('user', 'activate', 'ada');
      await json('user', 'lock', 'ada');
      expect((await scim.read(`/Users/${id}`))[musterUserUrn]).to.deep.include({ accountStatus: 'LOCKED' });
      expect(await json('user', 'unlock', 'ada')).to.deep.equal({ id, userName: 'ada', accountStatus: 'ACTIVE' });
      await json('user', 'delete', 'ada', '--force');
      expect((await scim('GET', `/Users/${id}`)).status).to.equal(404);
      const kept = await json('user', 'show', id);
      expect(kept)
        .to.include({ id, userName: 'ada', active: false })
        .and.to.have.property('deletedAt')
        .that.is.a('string');
    });

    it('group create, change, add, members, remove and delete do what the API does', async () => {
      const { scim, json, fails } = await tenant();
      for (const name of ['ada', 'grace']) await scim.create('/Users', userBody(name));
      const made = await json(
        'group',
        'create',
        '--name',
        'Band',
        '--unit',
        'Support',
        '--wildcard',
        'VIEW_ALL_SEGMENTS',
      );
      expect(made).to.deep.include({ name: 'Band', membershipCount: 0, wildcards: ['VIEW_ALL_SEGMENTS'] });
      const changed = await json(
        'group',
        'change',
        'band',
        '--name',
        'Choir',
        '--description',
        'Sings',
        '--no-wildcards',
      );
      expect(changed).to.include({ name: 'Choir', description: 'Sings' }).and.to.deep.include({ wildcards: [] });
      await json('group', 'add', 'Choir', 'ada');
      await json('group', 'add', 'Choir', 'grace');
      expect(await fails('group', 'add', 'Choir', 'grace')).to.contain('member already');
      await json('group', 'remove', 'Choir', 'grace');
      expect((await json<List>('group', 'members', 'Choir')).map(({ userName }) => userName)).to.deep.equal(['ada']);
      expect(await json('group', 'show', 'Choir')).to.include({ membershipCount: 1, description: 'Sings' });
      await json('group', 'create', '--name', 'Managers', '--kind', 'unit-managers', '--unit', 'Research');
      const listed = await json<List>('group', 'list');
      expect(listed.map(({ name, kind }) => [name, kind])).to.have.deep.members([
        ['client-admins', 'client-admins'],
        ['Choir', 'group'],
        ['Managers', 'unit-managers'],
      ]);
      expect(await fails('group', 'delete', 'Choir', 'client-admins')).to.contain('administrators stays');
      await json('group', 'delete', 'Choir', 'Managers');
      expect(await json<List>('group', 'list')).to.have.length(1);
      await json('group', 'create', '--name', 'Twins', '--unit', 'Support');
      await json('group', 'create', '--name', 'Twins', '--unit', 'Research');
      expect(await fails('group', 'show', 'twins'))
        .to.contain('more than one group')
        .and.to.contain('give its id');
      expect((await session.run('group', 'delete', '--client', 'x')).code).to.equal(2);
    });

    it('object register, permission set, list and effective say who may do what; object forget takes it away', async () => {
      const { scim, json, fails } = await tenant();
      const ada = await scim.create('/Users', userBody('ada'));
      await json('group', 'create', '--name', 'Readers');
      await json('group', 'add', 'Readers', ada.id);
      await json('object', 'register', 'SEGMENT/34', 'SEGMENT/a/b=c', '--unit', 'Support');
      const rights = ['SEGMENT/34=READ,WRITE', 'SEGMENT/a/b=c=READ'].flatMap((each) => ['--allow', each]);
      const set = await json<List>('permission', 'set', 'Readers', ...rights);
      expect(set).to.deep.equal([
        { objectType: 'SEGMENT', objectId: '34', permissions: ['READ', 'WRITE'] },
        { objectType: 'SEGMENT', objectId: 'a/b=c', permissions: ['READ'] },
      ]);
      expect(await json<List>('permission', 'list', 'Readers')).to.deep.equal(set);
      expect(await json('permission', 'effective', 'ada')).to.deep.equal({ wildcards: [], objects: set });
      expect(await fails('permission', 'set', 'Readers', '--allow', 'SEGMENT/34=FLY')).to.contain('FLY');
      await json('object', 'forget', 'SEGMENT/34');
      expect(await json<List>('permission', 'list', 'Readers')).to.deep.equal(set.slice(1));
      expect(await json<List>('permission', 'set', 'Readers')).to.deep.equal([]);
      const [tags] = await session.json<List>('permission', 'types', 'TAGS');
      expect(tags).to.deep.include({ name: 'TAGS', perObject: [] });
      expect(await session.json<List>('permission', 'types')).to.have.length(5);
    });

    it('claim add, list and remove give a role to people by their staff ids, and say of each what became of it', async () => {
      const { client, scim, json } = await tenant();
      await session.json('client', 'roles', client, '--set', 'Insight');
      const staff = (number: string) => ({ [enterpriseUrn]: { employeeNumber: number } });
      for (const number of ['1', '2']) await scim.create('/Users', userBody(`p${number}`, staff(number)));
      expect(await json('claim', 'add', 'Insight', '2', '1')).to.deep.equal({
        results: ['p2', 'p1'].map((userName) => ({ userName, succeeded: true, errors: [] })),
        notProcessed: [],
      });
      const again = await session.run('claim', 'add', 'Insight', '1', '9', '--client', client);
      expect(again.code).to.equal(1);
      expect(again.stdout).to.equal('p1: Claim already added\n9: not processed\n');
      expect(again.stderr).to.contain('1 not processed');
      await json('claim', 'remove', 'Insight', '1');
      expect((await json<List>('claim', 'list', '--role', 'Insight')).map(({ username }) => username)).to.deep.equal([
        'p2',
      ]);
      expect(await json<List>('claim', 'list', '--page', '2')).to.deep.equal([]);
      expect((await session.run('claim', 'list', '--page', '0', '--client', client)).code).to.equal(2);
    });

    it('collaboration create, change, move, add, set, members, remove, connect, approve, disconnect and delete', async () => {
      const { scim, json, fails } = await tenant();
      await scim.create('/Users', userBody('ada'));
      const made = await json('collaboration', 'create', '--name', 'Stars', '--unit', 'Support', '--label', 'sky');
      expect(made).to.deep.include({ shortName: 'stars', units: ['Support'], labels: ['sky'], status: 'active' });
      const past = await json(
        'collaboration',
        'change',
        'Stars',
        '--expires',
        '2020-01-01T00:00:00+01:00',
        '--description',
        'x',
      );
      expect(past).to.include({ status: 'expired', expiresAt: '2019-12-31T23:00:00.000Z', description: 'x' });
      expect(await json('collaboration', 'change', 'Stars', '--expires', 'never')).to.include({ status: 'active' });
      expect(await json('collaboration', 'move', 'Stars', '--unit', 'Research')).to.deep.include({
        units: ['Research'],
      });
      expect(await json('collaboration', 'add', 'Stars', 'ada', '--role', 'admin')).to.include({ role: 'admin' });
      const set = await json(
        'collaboration',
        'set',
        'Stars',
        'ada',
        '--role',
        'member',
        '--expires',
        '2020-01-01T00:00:00Z',
      );
      expect(set).to.include({ role: 'member', status: 'expired' });
      expect(await json<List>('collaboration', 'members', 'Stars')).to.deep.equal([set]);
      await json('group', 'create', '--name', 'Editors', '--in', 'Stars', '--auto-provision');
      for (const name of ['Wiki', 'Chat']) await json('service', 'create', '--name', name);
      expect((await json<List>('service', 'list')).map(({ name }) => name)).to.deep.equal(['Chat', 'Wiki']);
      expect(await json('collaboration', 'connect', 'Stars', 'Wiki')).to.include({ status: 'pending' });
      expect(await json('collaboration', 'approve', 'Stars', 'Wiki')).to.include({ status: 'connected' });
      expect(await json<List>('collaboration', 'list', '--service', 'wiki', '--unit', 'research')).to.have.length(1);
      expect(await fails('service', 'delete', 'Wiki')).to.contain('connected');
      await json('service', 'delete', 'Chat');
      await json('collaboration', 'disconnect', 'Stars', 'Wiki');
      expect(await json('collaboration', 'show', 'Stars')).to.have.nested.property('groups[0].name', 'Editors');
      await json('collaboration', 'remove', 'Stars', 'ada');
      await json('collaboration', 'delete', 'Stars');
      expect(await fails('collaboration', 'show', 'Stars')).to.contain('there is no group');
    });

    it('invitation create, list, show, change, resend, accept, decline and revoke', async () => {
      const { scim, json, fails } = await tenant();
      await json('collaboration', 'create', '--name', 'Stars');
      const group = await json('group', 'create', '--name', 'Editors', '--in', 'Stars');
      const [ada, bob, eve] = await json<{ id: string; code: string }[]>(
        'invitation',
        'create',
        'Stars',
        'ada@a.example',
        'bob@a.example',
        'eve@a.example',
        '--role',
        'admin',
        '--group',
        'editors',
        '--membership-expires',
        '2100-01-01T00:00:00Z',
      );
      if (ada === undefined || bob === undefined || eve === undefined) throw new Error('three were invited');
      expect(ada.code).to.match(/^invite_[\w-]{43}$/);
      const shown = await json('invitation', 'show', ada.id);
      expect(shown).to.deep.include({ intendedRole: 'admin', groups: [group['groupId']], status: 'open' });
      expect(JSON.stringify(shown)).not.to.contain('invite_');
      const changed = await json('invitation', 'change', ada.id, '--no-groups', '--membership-expires', 'never');
      expect(changed).to.deep.include({ groups: [], membershipExpiresAt: null, intendedRole: 'admin' });
      const { code } = await json<{ code: string }>('invitation', 'resend', ada.id);
      expect(await fails('invitation', 'accept', ada.code)).to.contain('not found');
      expect(await json('invitation', 'accept', code)).to.include({ status: 'accepted' });
      expect(await fails('invitation', 'accept', code)).to.contain('accepted');
      expect(await json('invitation', 'decline', bob.code)).to.include({ status: 'declined' });
      expect((await json<List>('invitation', 'list', 'Stars')).map(({ id }) => id)).to.deep.equal([eve.id]);
      await json('invitation', 'revoke', eve.id);
      expect(await fails('invitation', 'show', eve.id)).to.contain('not found');
      expect((await scim.read('/Users')).Resources.map(({ userName }) => userName)).to.deep.equal(['ada@a.example']);
      expect(await fails('invitation', 'create', 'Stars', 'x@y.example', 'nonsense')).to.contain('nonsense');
    });

    it('token show, unit show and audit export tell of one thing, and of all that was done', async () => {
      const { client, json } = await tenant();
      const unit = await json('unit', 'show', 'support');
      expect(unit).to.include({ name: 'Support' });
      const made = await json<{ id: string; token: string }>('token', 'create', '--unit', 'Support');
      const token = await session.run('token', 'show', made.id, '--client', client);
      expect(token.stdout).to.contain('standing: valid').and.not.to.contain(made.token.slice(24));
      const exported = await session.run('audit', 'export', '--client', client, '--target', made.id);
      // It printed a line of JSON for each entry.
      const entries = exported.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
      expect(entries.map(({ action, targetId }) => [action, targetId])).to.deep.equal([['mint', made.id]]);
    });
  });
});
