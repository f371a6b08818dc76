import { nowInstant } from '../clock.js';
import type { TenantTables } from './tenant-tables.js';

/** Who does something: a token, a person at the command line, or the service itself. */
export interface Actor {
  readonly kind: 'token' | 'operator' | 'service';
  /** The token's id, or the name of the account or part that acts. */
  readonly id: string;
  readonly requestId: string;
}

/** What the log says of one write. It holds names of attributes, never their values, and no secret. */
export interface ChangeEntry {
  readonly action: 'create' | 'update' | 'delete' | 'revive' | 'end' | 'activate' | 'deactivate' | 'mint' | 'revoke';
  readonly resourceType: 'User' | 'Group' | 'Client' | 'Unit' | 'Token';
  readonly resourceId: string;
  readonly version?: number;
  /** Canonical paths of the attributes that changed. */
  readonly attributes?: readonly string[];
  readonly members?: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** Appends an entry in the transaction of the write that it tells of. */
export async function appendChange(tables: TenantTables, actor: Actor, entry: ChangeEntry): Promise<void> {
  await tables.run(
    `insert into changes (client_id, position, at, actor_kind, actor_id, request_id, action, resource_type, resource_id, version, attributes, members) values (:client, ${tables.dialect.nextPosition}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      nowInstant(),
      actor.kind,
      actor.id,
      actor.requestId,
      entry.action,
      entry.resourceType,
      entry.resourceId,
      entry.version ?? null,
      JSON.stringify(entry.attributes ?? []),
      JSON.stringify(entry.members ?? {}),
    ],
  );
}
