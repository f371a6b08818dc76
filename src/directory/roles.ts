import { nowInstant } from '../clock.js';
import { invalidValue, mutability } from '../errors.js';
import { fold } from '../schema/fold.js';
import { appendChange, type Actor } from '../store/change-log.js';
import { listClientIds } from '../store/client-store.js';
import { readPlatform, writePlatform } from '../store/platform-tables.js';
import {
  hasLicence,
  licensedRoles,
  listRoles,
  replaceLicences,
  saveRole,
  touchHolders,
  type Licence,
  type LicensedRole,
  type Role,
} from '../store/role-store.js';
import { readTables, writeTables } from '../store/tenant-tables.js';
import type { DirectoryContext } from './context.js';
import { newIdentifier } from './identifiers.js';
import { readName } from './names.js';

/** What an operator says of a role; the name says which. */
export interface RoleDefinition {
  readonly name: string;
  readonly kind: Role['kind'];
  readonly display: string | undefined;
  readonly description: string | undefined;
  readonly active: boolean;
}

/** The platform's catalogue of roles, and what each client has licensed of it. Only an operator changes either. */
export class Roles {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** The whole catalogue, by name. */
  list(): Promise<readonly Role[]> {
    return listRoles(readPlatform(this.#context.database));
  }

  /**
   * Adds a role to the catalogue, or changes the one of this name. One that is switched off can be granted to nobody more and has
   * no effect. Throws `mutability` for a built-in one.
   */
  async define(definition: RoleDefinition): Promise<Role> {
    const name = readName('role', definition.name);
    const at = nowInstant();
    const known = (await this.list()).find((role) => fold(role.name) === fold(name));
    if (known?.builtIn === true) throw mutability(`the role ${known.name} is built in`);
    const { kind, display = name, description, active } = definition;
    const head = known ?? { id: newIdentifier(), name, builtIn: false, contains: [], createdAt: at };
    const role: Role = { ...head, kind, display, description, active, lastModified: at };
    await writePlatform(this.#context.database, async (platform) => {
      await saveRole(platform, role);
      if (known === undefined || known.active === active) return;
      // Client by client: no statement is about more than one.
      for (const clientId of await listClientIds(platform)) {
        const tables = platform.tenant({ clientId, units: undefined });
        if (await hasLicence(tables, name)) await touchHolders(tables, name, at);
      }
    });
    return role;
  }

  /** The roles that a client may grant, by name: the built-in ones and those that it has licensed. */
  licensedTo(clientId: string): Promise<readonly LicensedRole[]> {
    return licensedRoles(readTables(this.#context.database, { clientId, units: undefined }));
  }

  /**
   * Makes these the licences of a client. Grants of a role that is no longer among them sleep: nobody sees them, and they are
   * there again when the role is. Throws `invalidValue` for a role that the catalogue lacks, that is built in or named twice.
   */
  async license(actor: Actor, clientId: string, licences: readonly Licence[]): Promise<readonly LicensedRole[]> {
    const named = this.#judge(await this.list(), licences);
    await writeTables(this.#context.database, { clientId, units: undefined }, async (tables) => {
      const before = (await licensedRoles(tables)).filter(({ builtIn }) => !builtIn);
      const at = nowInstant();
      await replaceLicences(tables, named, at);
      for (const role of moved(before, named)) await touchHolders(tables, role, at);
      const attributes = ['roles'];
      await appendChange(tables, actor, { action: 'update', resourceType: 'Client', resourceId: clientId, attributes });
    });
    return this.licensedTo(clientId);
  }

  #judge(catalogue: readonly Role[], licences: readonly Licence[]): readonly Licence[] {
    const keys = licences.map(({ role }) => fold(role));
    return licences.map(({ role, seats }, place) => {
      const found = catalogue.find(({ name }) => fold(name) === keys[place]);
      if (found === undefined) throw invalidValue(`${JSON.stringify(role)} is not a role of the catalogue`);
      if (found.builtIn) throw invalidValue(`the role ${found.name} belongs to every client`);
      if (keys.indexOf(fold(role)) !== place) throw invalidValue(`the role ${found.name} is named twice`);
      return { role: found.name, seats };
    });
  }
}

/** The names of the roles that are in one of the lists alone. */
function moved(before: readonly LicensedRole[], after: readonly Licence[]): readonly string[] {
  const [was, is] = [before.map(({ name }) => name), after.map(({ role }) => role)];
  return [...was.filter((name) => !is.includes(name)), ...is.filter((name) => !was.includes(name))];
}
