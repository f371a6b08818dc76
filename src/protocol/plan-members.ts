import { invalidValue, mutability } from '../errors.js';
import type { AttributePath } from '../schema/attribute-path.js';
import { conformerFor } from '../schema/conform.js';
import { isJsonObject } from '../schema/document.js';
import { fold } from '../schema/fold.js';
import type { ResourceType } from '../schema/resource-type.js';
import type { MemberChange, PatchOptions } from './patch-plan.js';
import type { PatchOperation } from './patch-operations.js';
import type { ValueSelector } from './patch-target.js';

/** Where an operation on the members of a group points to, and what it brings. */
export interface MemberOperation {
  readonly op: PatchOperation['op'];
  readonly path: AttributePath;
  readonly selector: ValueSelector | undefined;
  readonly value: unknown;
}

/** Whether a path names the members of a group, which are kept as rows and not in the document. */
export function namesMembers(type: ResourceType, path: AttributePath): boolean {
  return type.name === 'Group' && path.extension === undefined && path.attribute.name === 'members';
}

/**
 * Plans one operation on `members`. A member can be added and removed but not altered (RFC 7643 §4.2): anything else
 * throws `mutability`. A tolerant reading takes a list of values with `remove` for the members to remove.
 */
export function planMembers(type: ResourceType, operation: MemberOperation, options: PatchOptions): MemberChange[] {
  const { op, path, selector, value } = operation;
  if (path.subAttribute !== undefined) throw mutability(`${path.text} cannot be changed`);
  if (selector !== undefined) {
    if (op !== 'remove') throw mutability('a member cannot be changed, only added or removed');
    const { oneOf, filter } = selector;
    // The value of a member has no letter case, and ids are written in small letters.
    return [oneOf === undefined ? { kind: 'removeMembersMatching', filter } : removal(oneOf.map(fold))];
  }
  if (op === 'remove' && (value === undefined || value === null)) return [{ kind: 'removeAllMembers' }];
  if (op === 'remove' && !options.tolerant) throw invalidValue('remove takes no value');
  if (value === undefined) throw invalidValue(`${op} needs a value`);
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return op === 'replace' ? [{ kind: 'removeAllMembers' }] : [];
  }
  const ids = readIds(type, path, value, options);
  if (op === 'remove') return [removal(ids)];
  return [{ kind: op === 'add' ? 'addMembers' : 'replaceMembers', ids }];
}

function removal(ids: readonly string[]): MemberChange {
  return { kind: 'removeMembers', ids: [...new Set(ids)] };
}

function readIds(type: ResourceType, path: AttributePath, value: unknown, options: PatchOptions): string[] {
  const list = Array.isArray(value) ? value : [value];
  const members = conformerFor(type).value(path, list, { unknown: options.unknown });
  const ids = Array.isArray(members) ? members.map(readId) : [];
  if (ids.length === 0) throw invalidValue('a member needs a value');
  return [...new Set(ids)];
}

function readId(member: unknown): string {
  const id = isJsonObject(member) ? member['value'] : undefined;
  if (typeof id !== 'string' || id === '') throw invalidValue('a member needs a value');
  return id;
}
