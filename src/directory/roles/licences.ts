import { fold } from '../../schema/fold.js';
import { licensedRoles, type LicensedRole } from '../../store/organisation/role-store.js';
import type { TenantTables } from '../../store/tenant/tenant-tables.js';

/** The roles that a client may grant, asked by name in any letter case. */
export class Licences {
  readonly #roles: ReadonlyMap<string, LicensedRole>;

  constructor(roles: readonly LicensedRole[]) {
    this.#roles = new Map(roles.map((role) => [fold(role.name), role]));
  }

  /** The role of this name, if the client has it. */
  find(name: string): LicensedRole | undefined {
    return this.#roles.get(fold(name));
  }

  /** Whether the client has the role and it is not switched off. */
  isInForce(name: string): boolean {
    return this.find(name)?.active === true;
  }

  /** The roles that the client has of these names and of what they contain: those named first, each once. */
  includedIn(names: readonly string[]): readonly LicensedRole[] {
    const own = names.flatMap((name) => this.find(name) ?? []);
    const all = [...own, ...own.flatMap(({ includes }) => includes.flatMap((key) => this.#roles.get(key) ?? []))];
    return [...new Set(all)];
  }

  /** All of them, by name. */
  get all(): readonly LicensedRole[] {
    return [...this.#roles.values()];
  }
}

/** No role at all: for people without grants, of whom the licences need not be read. */
export const noLicences = new Licences([]);

/** Reads what the client may grant. */
export async function readLicences(tables: TenantTables): Promise<Licences> {
  return new Licences(await licensedRoles(tables));
}
