import { notUnique } from '../../errors.js';
import type { ResourceType } from '../../schema/resource-type.js';
import type { IndexEntry } from '../../schema/search-document.js';
import type { Refuse } from '../database/connection.js';
import { UniqueViolation } from '../database/database-error.js';
import type { TenantTables } from '../tenant/tenant-tables.js';
import { inTurns } from '../database/turns.js';

/** Whose values are indexed. */
interface IndexedResource {
  readonly type: ResourceType;
  readonly id: string;
}

const rowsAStatement = 100;
// So many keys are found one by one, as an index serves best.
const fewKeys = 8;

function identityOf(entry: IndexEntry): string {
  return `${entry.attribute}\n${entry.key}`;
}

function without(entries: readonly IndexEntry[], others: readonly IndexEntry[]): readonly IndexEntry[] {
  const known = new Set(others.map(identityOf));
  return entries.filter((entry) => !known.has(identityOf(entry)));
}

/**
 * Brings the value index of a resource from what it says now to what it should say; what stays is not written again.
 * Throws 409 `uniqueness` naming the attribute when another resource of the client has the value.
 */
export async function syncValueIndex(
  tables: TenantTables,
  resource: IndexedResource,
  entries: { readonly before: readonly IndexEntry[]; readonly after: readonly IndexEntry[] },
): Promise<void> {
  const added = without(entries.after, entries.before);
  const [unique, common] = [added.filter((entry) => entry.unique), added.filter((entry) => !entry.unique)];
  await removeEntries(tables, resource, without(entries.before, entries.after));
  for (const entry of unique) await addUniqueEntry(tables, resource, entry);
  await addInTurns(tables, resource, common);
}

async function addInTurns(
  tables: TenantTables,
  resource: IndexedResource,
  entries: readonly IndexEntry[],
): Promise<void> {
  for await (const part of inTurns(entries)) {
    for (let start = 0; start < part.length; start += rowsAStatement) {
      await addEntries(tables, resource, part.slice(start, start + rowsAStatement));
    }
  }
}

async function removeEntries(
  tables: TenantTables,
  { type, id }: IndexedResource,
  entries: readonly IndexEntry[],
): Promise<void> {
  const keys = new Map<string, string[]>();
  for (const { attribute, key } of entries) {
    const known = keys.get(attribute);
    if (known === undefined) keys.set(attribute, [key]);
    else known.push(key);
  }
  const rows = 'delete from value_index where client_id = :client and resource_type = ? and attribute = ?';
  for (const [attribute, lost] of keys) {
    if (lost.length > fewKeys) {
      const bindings = [type.name, attribute, lost, id];
      await tables.post(`${rows} and key ${tables.dialect.isTextListed} and resource_id = ?`, bindings);
    } else
      for (const key of lost)
        await tables.post(`${rows} and key = ? and resource_id = ?`, [type.name, attribute, key, id]);
  }
}

async function addEntries(
  tables: TenantTables,
  { type, id }: IndexedResource,
  entries: readonly IndexEntry[],
  refuse?: Refuse,
): Promise<void> {
  // The first row is spelled out, so that the statement is seen to be the client's; the others repeat it.
  const row = '(:client, ?, ?, ?, ?, ?)';
  await tables.post(
    `insert into value_index (client_id, resource_type, attribute, key, resource_id, is_unique) values ${entries.map(() => row).join(', ')} on conflict (client_id, resource_type, attribute, key, resource_id) do nothing`,
    entries.flatMap((entry) => [type.name, entry.attribute, entry.key, id, entry.unique ? 1 : 0]),
    refuse,
  );
}

function addUniqueEntry(tables: TenantTables, resource: IndexedResource, entry: IndexEntry): Promise<void> {
  return addEntries(tables, resource, [entry], (error) =>
    error instanceof UniqueViolation ? notUnique(entry.attribute.replace(/^urn:.*:/, ''), error) : error,
  );
}
