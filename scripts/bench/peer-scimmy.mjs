import { readFileSync } from 'node:fs';
import process from 'node:process';
import express from 'express';
import SCIMMY from 'scimmy';
import { SCIMMYRouters } from 'scimmy-routers';

// scimmy and scimmy-routers as their documentation shows them, with handlers that keep resources in memory: what they cost
// without a database. SEED names a file of those to begin with.

/** @typedef {{ id: string } & Record<string, unknown>} Kept */

/** @param {Map<string, Kept>} kept */
function handlersOf(kept) {
  return {
    /** @param {{ id?: string, filter?: { match(values: readonly Kept[]): Kept[] } }} resource */
    egress: (resource) => {
      if (resource.id !== undefined) {
        const found = kept.get(resource.id);
        if (found === undefined) throw new SCIMMY.Types.Error(404, '', `Resource ${resource.id} not found`);
        return found;
      }
      const all = [...kept.values()];
      return resource.filter === undefined ? all : resource.filter.match(all);
    },
    /** @param {{ id?: string }} resource @param {object} data */
    ingress: (resource, data) => {
      const id = resource.id ?? crypto.randomUUID();
      /** @type {Kept} */
      const next = { ...JSON.parse(JSON.stringify(data)), id };
      kept.set(id, next);
      return next;
    },
    /** @param {{ id?: string }} resource */
    degress: (resource) => {
      kept.delete(resource.id ?? '');
    },
  };
}

/** @type {{ users: readonly Kept[], groups: readonly Kept[] }} */
const seed = JSON.parse(readFileSync(process.env['SEED'] ?? '', 'utf8'));
const users = new Map(seed.users.map((user) => [user.id, user]));
const groups = new Map(seed.groups.map((group) => [group.id, group]));
for (const [type, kept] of [
  [SCIMMY.Resources.User, users],
  [SCIMMY.Resources.Group, groups],
]) {
  const { egress, ingress, degress } = handlersOf(/** @type {Map<string, Kept>} */ (kept));
  // The handlers above keep whatever they are given.
  const resource = /** @type {any} */ (type);
  SCIMMY.Resources.declare(resource.ingress(ingress).egress(egress).degress(degress));
}
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);

const app = express();
const handler = (/** @type {express.Request} */ request) => {
  if (request.header('Authorization')?.startsWith('Bearer ') !== true) throw new Error('Authorization not detected!');
  return 'somebody';
};
app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', docUri: 'https://example.com/', handler }));
app.get('/readyz', (_request, response) => {
  response.end();
});

app.listen(Number(process.env['PORT']), '127.0.0.1');
