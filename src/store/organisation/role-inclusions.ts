import { fold } from '../../schema/fold.js';
import type { PlatformTables } from '../tenant/platform-tables.js';
import { listRoles, type Role } from './role-store.js';

interface Inclusion {
  readonly roleKey: string;
  readonly includedKey: string;
  readonly distance: number;
}

/** Whether a role has no row yet, as after the migration that made the table. */
export async function lacksInclusions(platform: PlatformTables): Promise<boolean> {
  const role = await platform.first(
    'select o.name_key from roles o left join role_inclusions i on i.role_key = o.name_key where i.role_key is null limit 1',
  );
  return role !== undefined;
}

/** Writes down which roles have the rights of which others, as the catalogue says now. */
export async function settleInclusions(platform: PlatformTables): Promise<void> {
  const roles = await listRoles(platform);
  await platform.run('delete from role_inclusions');
  for (const { roleKey, includedKey, distance } of inclusionsOf(roles)) {
    await platform.run('insert into role_inclusions (role_key, included_key, distance) values (?, ?, ?)', [
      roleKey,
      includedKey,
      distance,
    ]);
  }
}

/** Each role with all that it contains, near ones first; a built-in role is an office, which nobody has by way of another. */
function inclusionsOf(roles: readonly Role[]): readonly Inclusion[] {
  const known = new Map(roles.map((role) => [fold(role.name), role]));
  return [...known.keys()].flatMap((roleKey) => {
    const distances = new Map([[roleKey, 0]]);
    // A map goes on over what is added to it meanwhile.
    for (const [key, distance] of distances) {
      for (const next of (known.get(key)?.contains ?? []).map(fold)) {
        if (known.get(next)?.builtIn === false && !distances.has(next)) distances.set(next, distance + 1);
      }
    }
    return [...distances].map(([includedKey, distance]) => ({ roleKey, includedKey, distance }));
  });
}
