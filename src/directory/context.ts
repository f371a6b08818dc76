import type { Database } from '../store/database/connection.js';
import type { LastUse } from './tokens/last-use.js';
import type { TokenCache } from './tokens/token-cache.js';

/** What the services of the directory share. */
export interface DirectoryContext {
  readonly database: Database;
  /** The public base URL of the service, without a trailing slash. */
  readonly publicUrl: string;
  /** Emptied by whatever may have ended a token. */
  readonly tokenCache: TokenCache;
  readonly lastUse: LastUse;
  /** How many of a client's active people one request may take out without being asked again, from 0 to 1. */
  readonly massLeaverShare: number;
  /** Seals cursors; the same in every process over the database. */
  readonly cursorSecret: Buffer;
}

/** The base URL of SCIM (RFC 7644 §1.3). */
export function scimUrlOf({ publicUrl }: Pick<DirectoryContext, 'publicUrl'>): string {
  return `${publicUrl}/scim/v2`;
}
