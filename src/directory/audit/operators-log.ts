import { operatorsLog } from '../../store/tenant/client-store.js';
import type { Caller, RequestScope } from '../request-scope.js';

/** Whose log tells of what belongs to this client: the operators' own where it belongs to none. */
export function logOf({ clientId }: { readonly clientId: string | undefined }): string {
  return clientId ?? operatorsLog;
}

/** The scope in which a caller reads a log: that of the client, or the operators' own for one of them who acts on none. */
export function logScope(caller: Caller): RequestScope {
  return { ...caller, clientId: logOf(caller) };
}
