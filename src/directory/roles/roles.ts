import { nowInstant } from '../../clock.js';
import { invalidValue, mutability } from '../../errors.js';
import { isEqualValue } from '../../schema/document.js';
import { fold } from '../../schema/fold.js';
import { appendChange, type Actor, type ChangeDetail, type ChangeEntry } from '../../store/trail/change-log.js';
import { listClientIds } from '../../store/tenant/client-store.js';
import { readPlatform, writePlatform } from '../../store/tenant/platform-tables.js';
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
} from '../../store/organisation/role-store.js';
import { settleInclusions } from '../../store/organisation/role-inclusions.js';
import { readTables, writeTables } from '../../store/tenant/tenant-tables.js';
import type { DirectoryContext } from '../context.js';
import { newIdentifier } from '../identifiers.js';
import { readName } from '../names.js';

/** What an operator says of a role; the name says which, and what is undefined stays as it is. */
export interface RoleDefinition {
  readonly name: string;
  /** `feature` for a new one. */
  readonly kind?: Role['kind'] | undefined;
  /** The name for a new one. */
  readonly display?: string | undefined;
  /** Null for none. */
  readonly description?: string | null | undefined;
  /** Names of the roles whose rights it has too. */
  readonly contains?: readonly string[] | undefined;
  /** A new one is. */
  readonly active?: boolean | undefined;
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
   * no effect. Throws `mutability` for a built-in one, `invalidValue` where it contains what it cannot.
   */
  async define(actor: Actor, definition: RoleDefinition): Promise<Role> {
    const name = readName('role', definition.name);
    const at = nowInstant();
    const catalogue = await this.list();
    const known = catalogue.find((role) => fold(role.name) === fold(name));
    if (known?.builtIn === true) throw mutability(`the role ${known.name} is built in`);
    const role = this.#changed(catalogue, known ?? newRole(name, at), { ...definition, at });
    await writePlatform(this.#context.database, async (platform) => {
      await saveRole(platform, role);
      await settleInclusions(platform);
      if (known === undefined || !changesEffect(known, role)) return;
      const detail = { [`roles[${role.name}]`]: { before: effectOf(known), after: effectOf(role) } };
      // Client by client: no statement is about more than one.
      for (const clientId of await listClientIds(platform)) {
        const tables = platform.tenant({ clientId, units: undefined });
        if (!(await hasLicence(tables, name))) continue;
        await touchHolders(tables, name, at);
        await appendChange(tables, actor, licencesChanged(clientId, detail));
      }
    });
    return role;
  }

  #changed(catalogue: readonly Role[], role: Role, change: RoleDefinition & { readonly at: string }): Role {
    const { kind = role.kind, display = role.display, description, contains, active = role.active } = change;
    return {
      ...role,
      kind,
      display,
      description: description === undefined ? role.description : (description ?? undefined),
      contains: contains === undefined ? role.contains : judgeContained(catalogue, role.name, contains),
      active,
      lastModified: change.at,
    };
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
      const detail = { roles: { before: before.map(licenceOf), after: named.map(licenceOf) } };
      await appendChange(tables, actor, licencesChanged(clientId, detail));
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

function effectOf({ active, contains }: Role) {
  return { active, contains };
}

function licenceOf(licence: Licence | LicensedRole) {
  return { role: 'role' in licence ? licence.role : licence.name, seats: licence.seats ?? null };
}

function licencesChanged(clientId: string, detail: ChangeDetail): ChangeEntry {
  return { action: 'update', resourceType: 'Client', resourceId: clientId, attributes: ['roles'], detail };
}

/** The names of the roles that are in one of the lists alone. */
function moved(before: readonly LicensedRole[], after: readonly Licence[]): readonly string[] {
  const [was, is] = [before.map(({ name }) => name), after.map(({ role }) => role)];
  return [...was.filter((name) => !is.includes(name)), ...is.filter((name) => !was.includes(name))];
}

function newRole(name: string, at: string): Role {
  const blank = { kind: 'feature', display: name, description: undefined, contains: [], active: true } as const;
  return { id: newIdentifier(), name, builtIn: false, ...blank, createdAt: at, lastModified: at };
}

/** Whether other roles are in force for those who have it. */
function changesEffect(before: Role, after: Role): boolean {
  return before.active !== after.active || !isEqualValue(before.contains, after.contains);
}

/** The names of the roles that one may contain, as the catalogue spells them. Throws `invalidValue`. */
function judgeContained(catalogue: readonly Role[], name: string, named: readonly string[]): readonly string[] {
  const roles = new Map(catalogue.map((role) => [fold(role.name), role]));
  const contained = new Map<string, Role>();
  for (const each of named) {
    const role = roles.get(fold(each));
    if (role === undefined) throw invalidValue(`contains: ${JSON.stringify(each)} is not a role of the catalogue`);
    if (role.builtIn) throw invalidValue(`contains: the role ${role.name} is an office, which no other gives`);
    contained.set(fold(role.name), role);
  }
  const all = new Map(contained);
  // A map goes on over what is added to it meanwhile.
  for (const role of all.values()) {
    for (const key of role.contains.map(fold)) all.set(key, roles.get(key) ?? role);
  }
  if (all.has(fold(name))) throw invalidValue('contains: a role cannot contain itself');
  return [...contained.values()].map((role) => role.name);
}
