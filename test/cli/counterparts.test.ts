import { expect } from 'chai';
import { createProgram } from '../../src/cli/program.js';
import { routeTable } from '../../src/http/api/route-table.js';

/** The commands that do at a terminal what a route of the companion API does; more than one where each does a part. */
const commands: Readonly<Record<string, readonly string[]>> = {
  'GET /audit': ['audit list', 'audit export'],
  'GET /audit/head': ['audit head'],
  'POST /users': ['user create'],
  'PUT /users/{id}': ['user change', 'user activate', 'user deactivate', 'user lock'],
  'DELETE /users/{id}': ['user delete'],
  'POST /users/{id}/unlock': ['user unlock'],
  'POST /users/{id}/erase': ['user erase'],
  'GET /users': ['user list', 'group members'],
  'GET /users/{id}': ['user show'],
  'GET /users/{id}/effective-permissions': ['permission effective'],
  'POST /clients': ['client create'],
  'GET /clients': ['client list'],
  'GET /clients/{id}': ['client show'],
  'PUT /clients/{id}': ['client change', 'client activate'],
  'PATCH /clients/{id}': ['client change', 'client activate'],
  'DELETE /clients/{id}': ['client deactivate'],
  'GET /clients/{id}/roles': ['client roles'],
  'PUT /clients/{id}/roles': ['client roles'],
  'GET /clients/{id}/users': ['user list'],
  'PUT /clients/{id}/users/{openId}': ['user activate'],
  'DELETE /clients/{id}/users/{openId}': ['user deactivate'],
  'POST /groups': ['group create'],
  'GET /groups': ['group list'],
  'GET /groups/{id}': ['group show'],
  'PUT /groups/{id}': ['group change'],
  'PATCH /groups/{id}': ['group change'],
  'DELETE /groups/{id}': ['group delete'],
  'POST /groups/bulk-delete': ['group delete'],
  'DELETE /groups/bulk-delete': ['group delete'],
  'POST /groups/{id}/members': ['group add'],
  'DELETE /groups/{id}/members/{userId}': ['group remove'],
  'GET /groups/{id}/permissions': ['permission list'],
  'PUT /groups/{id}/permissions': ['permission set'],
  'GET /permissionable-object-types': ['permission types'],
  'GET /permissionable-object-types/{type}': ['permission types'],
  'PUT /objects/{type}/{objectId}': ['object register'],
  'DELETE /objects/{type}/{objectId}': ['object forget'],
  'GET /roles': ['role list'],
  'PUT /roles/{value}': ['role set'],
  'POST /tokens': ['token create'],
  'GET /tokens': ['token list'],
  'GET /tokens/{id}': ['token show'],
  'POST /tokens/{id}/rotate': ['token rotate'],
  'DELETE /tokens/{id}': ['token revoke'],
  'POST /units': ['unit create'],
  'GET /units': ['unit list'],
  'GET /units/{id}': ['unit show'],
  'PATCH /units/{id}': ['unit rename'],
  'GET /units/{id}/usages': ['unit usages'],
  'DELETE /units/{id}': ['unit end'],
  'GET /userclaims': ['claim list'],
  'POST /userclaims': ['claim add'],
  'DELETE /userclaims': ['claim remove'],
  'POST /userclaims/remove': ['claim remove'],
  'POST /collaborations': ['collaboration create'],
  'GET /collaborations/{id}': ['collaboration show'],
  'PUT /collaborations/{id}': ['collaboration change'],
  'PATCH /collaborations/{id}': ['collaboration change'],
  'DELETE /collaborations/{id}': ['collaboration delete'],
  'PUT /collaborations/{id}/units': ['collaboration move'],
  'GET /collaborations/{id}/members': ['collaboration members'],
  'POST /collaborations/{id}/members': ['collaboration add'],
  'PUT /collaborations/{id}/members': ['collaboration set'],
  'DELETE /collaborations/{id}/members/{userId}': ['collaboration remove'],
  'PUT /collaborations/{id}/services/{serviceId}': ['collaboration connect'],
  'POST /collaborations/{id}/services/{serviceId}/approve': ['collaboration approve'],
  'DELETE /collaborations/{id}/services/{serviceId}': ['collaboration disconnect'],
  'PUT /collaborations/{id}/invitations': ['invitation create'],
  'GET /collaborations/{id}/invitations': ['invitation list'],
  'GET /invitations/{id}': ['invitation show'],
  'PATCH /invitations/{id}': ['invitation change'],
  'POST /invitations/{id}/resend': ['invitation resend'],
  'DELETE /invitations/{id}': ['invitation revoke'],
  'POST /invitations/accept': ['invitation accept'],
  'POST /invitations/decline': ['invitation decline'],
  'GET /services': ['service list'],
  'POST /services': ['service create'],
  'DELETE /services/{id}': ['service delete'],
  'GET /organisation': ['collaboration list', 'unit list'],
};

/** Routes that the command line leaves out, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'GET /users/self': 'who sits at the server has no personal token, so there is no self',
  'PUT /users/self': 'who sits at the server has no personal token, so there is no self',
  'POST /users/self/update-password': 'it wants the old password of the person, which nobody else has',
};

const routes = routeTable.map(({ method, path }) => `${method} ${path}`);

describe('the command line beside the companion API', () => {
  it('has a counterpart of every route, or the reason why not', () => {
    const missing = routes.filter((route) => commands[route] === undefined && exceptions[route] === undefined);
    expect(missing, 'name a command or a reason in this file').to.deep.equal([]);
    const stale = [...Object.keys(commands), ...Object.keys(exceptions)].filter((route) => !routes.includes(route));
    expect(stale).to.deep.equal([]);
    expect(Object.keys(exceptions).filter((route) => commands[route] !== undefined)).to.deep.equal([]);
  });

  it('has every command that stands for a route, each of which prints JSON, or lines of it, for programs', async () => {
    const nouns = (await createProgram()).commands;
    for (const words of new Set(Object.values(commands).flat())) {
      const [noun, verb] = words.split(' ');
      const command = nouns.find((each) => each.name() === noun)?.commands.find((each) => each.name() === verb);
      expect(command, words).not.to.equal(undefined);
      expect(command?.description(), words).not.to.equal('');
      const options = command?.options.map(({ long }) => long);
      if (words !== 'audit export') expect(options, words).to.include('--json');
    }
  });
});
