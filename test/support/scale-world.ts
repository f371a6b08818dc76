import type { DirectoryContext } from '../../src/directory/context.js';
import { PeopleImport } from '../../src/directory/imports/people-import.js';
import { createServices, type Services } from '../../src/directory/services.js';
import { serviceScope, type RequestScope } from '../../src/directory/request-scope.js';
import type { ResourceRequest } from '../../src/directory/resource-answer.js';
import { readListQuery } from '../../src/protocol/list-query.js';
import { defaultProjection } from '../../src/protocol/projection.js';
import { groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import { openDirectory, type Directory } from '../../src/service.js';
import { readConfig } from '../../src/config.js';
import { accountsOf } from './accounts.js';
import { watchDatabase, type Watch } from './recorded-database.js';
import type { ImportKey } from '../../src/store/resources/import-store.js';
import { seedTenant, type TenantSize } from './seed.js';
import { personBody, personId, personKeys, staffGroupId, staffGroupName } from './staff.js';

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A large client, and the services over its database with somebody who watches their statements. */
export interface ScaleWorld {
  readonly directory: Directory;
  /** That of the services. */
  readonly context: DirectoryContext;
  readonly services: Services;
  readonly scope: RequestScope;
  /** Watches from now on; undefined for nobody. */
  watch(watch: Watch | undefined): void;
}

/** Fills the database at `url` with one client. */
export async function buildScaleWorld(url: string, size: TenantSize): Promise<ScaleWorld> {
  const directory = await openDirectory(readConfig({ DATABASE_URL: url }));
  const clientId = await accountsOf(directory.services).createClient('ACME');
  await seedTenant(directory.context.database, clientId, size);
  let watching: Watch | undefined;
  const database = watchDatabase(directory.context.database, async (statement, connection) =>
    watching?.(statement, connection),
  );
  const context = { ...directory.context, database };
  return {
    directory,
    context,
    services: createServices(context),
    scope: serviceScope(clientId, { kind: 'operator', id: 'test', requestId: 'scale' }),
    watch: (watch) => (watching = watch),
  };
}

function requestOf(type: ResourceType, id: string, body: unknown): ResourceRequest {
  return { id, body, ifMatch: undefined, projection: defaultProjection(type), projectionGiven: false };
}

function patchOf(...operations: readonly object[]) {
  return { schemas: [patchSchema], Operations: operations };
}

async function find({ services, scope }: ScaleWorld, type: ResourceType, filter: string): Promise<void> {
  const query = readListQuery([type], { filter, ...(type === groupType ? { excludedAttributes: 'members' } : {}) });
  const { totalResults } = await services.lists.list(scope, query);
  if (totalResults !== 1) throw new Error(`${filter} finds ${totalResults}`);
}

/** Imports a person who is there, under a new display name. */
async function importAgain({ context, scope }: ScaleWorld, match: ImportKey, person: number): Promise<void> {
  const header = ['userName', 'externalId', 'employeeNumber', 'displayName'];
  const { userName, externalId } = personKeys(person);
  const cells = [userName, externalId, String(100_000 + person), `Imported by ${match}`];
  const run = new PeopleImport(context, scope, header, { match, deactivateMissing: false, dryRun: false });
  for await (const { outcome, detail } of run.run(oneRow(cells))) {
    if (outcome !== 'updated') throw new Error(`the person was ${outcome}: ${detail}`);
  }
}

async function* oneRow(cells: readonly string[]) {
  yield { line: 2, cells };
}

const admin = { value: [{ value: 'ClientAdmin' }] };

/** The work whose cost must not follow the size of the client; `person` is anybody of the staff. */
export const boundedWork: readonly {
  readonly title: string;
  readonly run: (world: ScaleWorld, person: number) => Promise<unknown>;
}[] = [
  {
    title: 'read by id (RFC 7644 §3.4.1)',
    run: ({ services, scope }, person) => services.users.read(scope, personId(person), defaultProjection(userType)),
  },
  {
    title: 'lookup by userName (RFC 7644 §3.4.2.2)',
    run: (world, person) => find(world, userType, `userName eq "${personKeys(person).userName}"`),
  },
  {
    title: 'lookup by externalId (RFC 7644 §3.4.2.2)',
    run: (world, person) => find(world, userType, `externalId eq "${personKeys(person).externalId}"`),
  },
  {
    title: 'lookup by work e-mail (RFC 7644 §3.4.2.2)',
    run: (world, person) => find(world, userType, `emails[type eq "work"].value eq "${personKeys(person).workEmail}"`),
  },
  {
    title: 'lookup by id (RFC 7644 §3.4.2.2)',
    run: (world, person) => find(world, userType, `id eq "${personId(person)}"`),
  },
  {
    title: 'lookup of a group by displayName (RFC 7644 §3.4.2.2)',
    run: (world) => find(world, groupType, `displayName eq "${staffGroupName(1)}"`),
  },
  {
    title: 'question whether somebody is in a group (RFC 7644 §3.4.2.2)',
    run: (world) => find(world, groupType, `id eq "${staffGroupId(1)}" and members eq "${personId(5)}"`),
  },
  {
    title: 'deactivation by PATCH (RFC 7644 §3.5.2.3)',
    run: ({ services, scope }, person) => {
      const body = patchOf({ op: 'replace', path: 'active', value: false });
      return services.users.patch(scope, requestOf(userType, personId(person), body));
    },
  },
  {
    title: 'PUT (RFC 7644 §3.5.1)',
    run: ({ services, scope }, person) => {
      const body = { ...personBody(person), title: 'Somebody else' };
      return services.users.replace(scope, requestOf(userType, personId(person), body));
    },
  },
  {
    title: 'creation (RFC 7644 §3.3)',
    run: ({ services, scope }, person) =>
      services.users.create(scope, personBody(10_000_000 + person), defaultProjection(userType)),
  },
  {
    title: 'addition to a group of somebody who is named by userName',
    run: async ({ services, scope }, person) => {
      const { userName } = personKeys(person);
      await services.groupPeople.add(scope, staffGroupId(2), { userName });
      await services.groupPeople.remove(scope, staffGroupId(2), personId(person));
    },
  },
  {
    title: 'question what is in force for somebody',
    run: ({ services, scope }, person) => services.permissions.effective(scope, personId(person)),
  },
  {
    title: 'departure of an administrator while there is another',
    run: async ({ services, scope }, person) => {
      const roles = (op: string, of: number) =>
        services.users.patch(
          scope,
          requestOf(userType, personId(of), patchOf({ op, path: 'roles', ...(op === 'add' ? admin : {}) })),
        );
      await roles('add', 0);
      await roles('add', person);
      await roles('remove', person);
    },
  },
  {
    title: 'import of somebody who is found by each key',
    run: async (world, person) => {
      for (const key of ['userName', 'externalId', 'employeeNumber'] as const) await importAgain(world, key, person);
    },
  },
];

/** Reads the first page of all people (RFC 7644 §3.4.2). */
export async function listStart({ services, scope }: ScaleWorld): Promise<void> {
  await services.lists.list(scope, readListQuery([userType], {}));
}

/** Adds somebody to the group at this place of the seeded ones, or removes them (RFC 7644 §3.5.2.1, §3.5.2.2). */
export async function changeMember(
  { services, scope }: ScaleWorld,
  group: number,
  change: { readonly op: 'add' | 'remove'; readonly person: number },
): Promise<void> {
  const value = personId(change.person);
  const operation =
    change.op === 'add'
      ? { op: 'add', path: 'members', value: [{ value }] }
      : { op: 'remove', path: `members[value eq "${value}"]` };
  await services.groups.patch(scope, requestOf(groupType, staffGroupId(group), patchOf(operation)));
}
