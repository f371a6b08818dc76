import { invalidValue, RequestError, unavailable } from '../../errors.js';

/** Two rows would hold the same value of a unique index; `index` is its name in the migrations. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  readonly index: string;

  constructor(index: string, cause: unknown) {
    super(`unique index ${index} refused a row`, { cause });
    this.index = index;
  }
}

// SQLite names the columns, not the index.
const indexByColumns: Readonly<Record<string, string>> = {
  'clients.name_key': 'clients_name_key_key',
  'units.client_id, units.name_key': 'units_by_name',
  'users.client_id, users.user_name_key': 'users_by_user_name',
  'groups.client_id, groups.display_name_key, groups.unit_set': 'groups_by_display_name',
  'groups.client_id, groups.urn': 'groups_by_urn',
  'services.client_id, services.name_key': 'services_by_name',
  'invitations.client_id, invitations.collaboration_id, invitations.email_key': 'invitations_open',
  'value_index.client_id, value_index.resource_type, value_index.attribute, value_index.key': 'value_index_unique',
};

// Database gone or going, connections refused or cut, too many of them, statement cancelled by its time-out, a row that somebody
// else keeps, disk full.
// 08P01 is a message that breaks the protocol, and that is a bug of the caller's.
const postgresOutage = /^(08(?!P01)|53|55P03|57P|57014|58|25006)/;
const networkOutage = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)/;
const sqliteOutage = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM)/;
const outageText =
  /Connection terminated|timeout expired|Timeout acquiring a connection|Query read timeout|not queryable/i;

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function violatedIndex(error: unknown, code: string): string | undefined {
  if (code === '23505') {
    return typeof error === 'object' && error !== null && 'constraint' in error ? String(error.constraint) : '';
  }
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' && error instanceof Error) {
    const columns = error.message.replace('UNIQUE constraint failed: ', '');
    return indexByColumns[columns] ?? columns;
  }
  return undefined;
}

/** Whether the database could not be used, as opposed to having refused a statement. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  if (postgresOutage.test(code) || networkOutage.test(code) || sqliteOutage.test(code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  return error instanceof Error && outageText.test(error.message);
}

/** Whether the same transaction may succeed when it is run again: PostgreSQL chose it as a victim. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** Whether somebody else kept what was to be locked for longer than was to be waited. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03' || (error instanceof RequestError && isLockTimeout(error.cause));
}

/** Turns what a driver throws into `UniqueViolation`, 503, or the error itself, which is then a bug. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof RequestError || error instanceof UniqueViolation) return error;
  // The one character of JSON that PostgreSQL does not keep is NUL.
  if (codeOf(error) === '22021') return invalidValue('a text holds a NUL character', error);
  const index = violatedIndex(error, codeOf(error));
  if (index !== undefined) return new UniqueViolation(index, error);
  return isOutage(error) ? unavailable('the database cannot be used at the moment', error) : error;
}
