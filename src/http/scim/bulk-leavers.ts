import { dialectNamed } from '../../dialects/dialect.js';
import type { DirectoryContext } from '../../directory/context.js';
import { requireFewOf } from '../../directory/leaver-guard.js';
import type { RequestScope } from '../../directory/request-scope.js';
import { RequestError } from '../../errors.js';
import type { BulkPlan, PlannedOperation } from '../../protocol/bulk-plan.js';
import { planPatch } from '../../protocol/plan-patch.js';
import { isJsonObject } from '../../schema/document.js';
import { userType } from '../../schema/resource-type.js';
import { readTables } from '../../store/tenant/tenant-tables.js';

/** Throws 409 when the operations together would take out more people than the policy lets pass; none is tried then. */
export async function requireFewLeaversIn(
  plan: BulkPlan,
  scope: RequestScope,
  { database, massLeaverShare: share }: DirectoryContext,
): Promise<void> {
  const leavers = new Set(plan.operations.flatMap((operation) => leaverOf(operation, scope) ?? []));
  const tables = readTables(database, scope);
  await requireFewOf(tables, [...leavers], { share, confirmed: scope.confirmsLeavers ?? false });
}

/** The person whom an operation deletes or switches off. */
function leaverOf(operation: PlannedOperation, scope: RequestScope): string | undefined {
  if (operation.kind !== 'write' || operation.type !== userType || operation.id === undefined) return undefined;
  const { method, id, data } = operation;
  if (method === 'DELETE') return id;
  if (method === 'PUT') return isJsonObject(data) && isOff(data, scope) ? id : undefined;
  return method === 'PATCH' && switchesOff(data, scope) ? id : undefined;
}

function isOff(data: object, scope: RequestScope): boolean {
  const body = dialectNamed(scope.dialect).rewriteResource(userType, data);
  if (!isJsonObject(body)) return false;
  return Object.entries(body).some(([name, value]) => name.toLowerCase() === 'active' && value === false);
}

function switchesOff(data: unknown, scope: RequestScope): boolean {
  const dialect = dialectNamed(scope.dialect);
  try {
    const options = { unknown: dialect.unknown, tolerant: dialect.name === 'tolerant' };
    const { document } = planPatch(userType, dialect.rewritePatch(userType, data), options);
    return document.some((change) => change.kind === 'set' && change.path.text === 'active' && change.value === false);
  } catch (error) {
    // What cannot be understood is refused in its turn, and switches nobody off.
    if (error instanceof RequestError) return false;
    throw error;
  }
}
