import { fold } from '../../schema/fold.js';
import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { groupType, userType, type ResourceType } from '../../schema/resource-type.js';
import { indexKey } from '../../schema/search-document.js';
import type { Dialect } from '../database/dialect.js';
import type { Value } from '../sql/sql.js';

/** How the resources of a type lie in their table: a document, and the columns that look-ups and order need. */
export interface ResourceTable {
  readonly type: ResourceType;
  readonly name: 'users' | 'groups';
  /** Columns that repeat what the document says, in the order of `values`. */
  readonly keyColumns: readonly string[];
  /** The values of `keyColumns` for a document. */
  keyValues(document: ResourceDocument): readonly Value[];
  /** The column of `StoredResource.standing`. */
  readonly standingColumn: 'account_status' | 'kind';
  /** Columns that the database fills when a row is added, and with what. */
  counters(dialect: Dialect): Readonly<Record<string, string>>;
  /** The condition of a row that has not been deleted; `alias` is the row. */
  live(alias: string): string;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function foldedKey(value: unknown): string {
  return indexKey(fold(textOf(value) ?? ''));
}

function exactKey(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : indexKey(text);
}

/** How a person is shown where there is room for one line, such as among the members of a group. */
export function displayOf(document: ResourceDocument): string | null {
  const name = isJsonObject(document['name']) ? document['name'] : {};
  const parts = [name['givenName'], name['familyName']].filter((part) => typeof part === 'string');
  return (
    textOf(document['displayName']) ?? textOf(name['formatted']) ?? (parts.join(' ') || textOf(document['userName']))
  );
}

export const usersTable: ResourceTable = {
  type: userType,
  name: 'users',
  keyColumns: ['user_name_key', 'external_id', 'display_name', 'active'],
  keyValues: (document) => [
    foldedKey(document['userName']),
    exactKey(document['externalId']),
    displayOf(document),
    document['active'] === false ? 0 : 1,
  ],
  standingColumn: 'account_status',
  counters: ({ nextStaffUsi }) => ({ staff_usi: nextStaffUsi }),
  live: (alias) => `${alias}.deleted_at is null`,
};

export const groupsTable: ResourceTable = {
  type: groupType,
  name: 'groups',
  keyColumns: ['display_name_key', 'external_id', 'display_name'],
  keyValues: (document) => [
    foldedKey(document['displayName']),
    exactKey(document['externalId']),
    textOf(document['displayName']),
  ],
  standingColumn: 'kind',
  counters: () => ({}),
  // Groups are deleted for good.
  live: () => '1 = 1',
};
