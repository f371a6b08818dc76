import { invalidValue } from '../../errors.js';
import { applyChanges } from '../../protocol/apply-changes.js';
import { planPatch } from '../../protocol/plan-patch.js';
import { leafOf, resolvePath } from '../../schema/attribute-path.js';
import type { ResourceDocument } from '../../schema/document.js';
import { userType } from '../../schema/resource-type.js';
import { enterpriseUserSchema, musterUserSchema, userSchema } from '../../schema/schema-documents.js';

/** A PATCH operation (RFC 7644 §3.5.2). */
export interface Operation {
  readonly op: 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** How the cells of one column are read: what is to be done with the person for a cell. */
export interface Column {
  readonly name: string;
  readonly path: string;
  operation(cell: string): Operation | undefined;
}

const enterprise = enterpriseUserSchema.id;
const muster = musterUserSchema.id;

/** The columns that have a short name, and the attributes that they stand for. Any other is an attribute's own path. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['username', 'userName'],
  ['externalid', 'externalId'],
  ['employeenumber', `${enterprise}:employeeNumber`],
  ['openid', `${muster}:openId`],
  ['givenname', 'name.givenName'],
  ['middlename', 'name.middleName'],
  ['familyname', 'name.familyName'],
  ['displayname', 'displayName'],
  ['email', 'emails[type eq "work"].value'],
  ['phone', 'phoneNumbers[type eq "work"].value'],
  ['mobile', 'phoneNumbers[type eq "mobile"].value'],
  ['department', `${enterprise}:department`],
  ['costcenter', `${enterprise}:costCenter`],
  ['organization', `${enterprise}:organization`],
  ['division', `${enterprise}:division`],
  ['manager', `${enterprise}:manager.value`],
  ['roles', 'roles'],
  ['units', `${muster}:units`],
]);

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['active', true],
  ['false', false],
  ['no', false],
  ['0', false],
  ['inactive', false],
]);

/** The columns of a header. Throws `invalidValue` for one that names no attribute, and for one that stands there twice. */
export function readColumns(header: readonly string[]): readonly Column[] {
  const columns = header.map((name) => readColumn(name.trim()));
  const paths = columns.map((column) => column.path);
  const twice = columns.find((column, index) => paths.indexOf(column.path) !== index);
  if (twice !== undefined) throw invalidValue(`the column ${JSON.stringify(twice.name)} stands there twice`);
  return columns;
}

function readColumn(name: string): Column {
  const path = shortNames.get(name.toLowerCase().replaceAll(/[ _-]/g, '')) ?? name;
  if (path.includes('[')) return { name, path, operation: (cell) => textOperation(path, cell) };
  const resolved = resolvePath(userType, path);
  if (resolved?.kind !== 'attribute')
    throw invalidValue(`the column ${JSON.stringify(name)} is no attribute of a user`);
  const leaf = leafOf(resolved);
  if (leaf.mutability === 'readOnly') throw invalidValue(`the column ${JSON.stringify(name)} is read-only`);
  if (resolved.attribute.multiValued) {
    const isComplex = resolved.attribute.type === 'complex';
    return { name, path, operation: (cell) => listOperation(path, cell, isComplex) };
  }
  if (leaf.type === 'boolean') return { name, path, operation: (cell) => booleanOperation(name, path, cell) };
  return { name, path, operation: (cell) => textOperation(path, cell) };
}

/** An empty cell means that the person has no such value; of a userName, that the row is wrong. */
function textOperation(path: string, cell: string): Operation | undefined {
  if (cell !== '') return { op: 'replace', path, value: cell };
  if (path === 'userName') throw invalidValue('the row has no userName');
  return { op: 'remove', path: path.replace(/\]\..*$/, ']') };
}

/** Values are parted by semicolons. */
function listOperation(path: string, cell: string, isComplex: boolean): Operation {
  const values = cell
    .split(';')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  if (values.length === 0) return { op: 'remove', path };
  return { op: 'replace', path, value: isComplex ? values.map((value) => ({ value })) : values };
}

/** An empty cell says nothing. */
function booleanOperation(name: string, path: string, cell: string): Operation | undefined {
  if (cell === '') return undefined;
  const value = truths.get(cell.toLowerCase());
  if (value === undefined)
    throw invalidValue(`${name}: ${JSON.stringify(cell.slice(0, 50))} is neither true nor false`);
  return { op: 'replace', path, value };
}

/** The message of a PATCH with these operations. */
export function patchOf(operations: readonly Operation[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** The body of a POST that comes to the same as these operations on nothing. */
export function bodyOf(operations: readonly Operation[]): ResourceDocument {
  const written = operations.filter(({ op }) => op === 'replace');
  const plan = planPatch(userType, patchOf(written), { unknown: 'refuse', tolerant: true });
  const { document } = applyChanges(userType, { document: {}, readOnly: {} }, plan.document);
  return { schemas: [userSchema.id, enterprise, muster], ...document };
}
