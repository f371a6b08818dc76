import { invalidValue } from '../errors.js';
import { requirePath, type AttributePath } from '../schema/attribute-path.js';
import { isJsonObject, readAttribute, writeAttribute, type ResourceDocument } from '../schema/document.js';
import { groupType, userType } from '../schema/resource-type.js';
import { musterGroupSchema, musterUserSchema } from '../schema/schema-documents.js';
import type { CollaborationPlace } from '../store/organisation/collaboration-store.js';
import { requireUsername } from './users/precis.js';

const passwordPath = requirePath(userType, 'password');
const membersPath = requirePath(groupType, 'members');
const userUnitsPath = requirePath(userType, `${musterUserSchema.id}:units`);
const kindPath = requirePath(groupType, `${musterGroupSchema.id}:kind`);
const parentPath = requirePath(groupType, `${musterGroupSchema.id}:parent`);
const shortNamePath = requirePath(groupType, `${musterGroupSchema.id}:shortName`);
const groupUnitsPath = requirePath(groupType, `${musterGroupSchema.id}:units`);

/** A user's document without what is kept elsewhere, and those parts of it. */
export interface UserParts {
  readonly document: ResourceDocument;
  /** Undefined when none was given, or a blank one, which leaves the old one in force. */
  readonly password: string | undefined;
  /** Names of units; undefined when the document says nothing of them. */
  readonly units: readonly string[] | undefined;
}

/** A group's document without what is kept elsewhere, and those parts of it. */
export interface GroupParts {
  readonly document: ResourceDocument;
  /** Ids; undefined when the document says nothing of them. */
  readonly members: readonly string[] | undefined;
  readonly units: readonly string[] | undefined;
  /** The kind that it names, if any. */
  readonly kind: string | undefined;
  /** The collaboration and the short name that it names, if any. */
  readonly parent: string | undefined;
  readonly shortName: string | undefined;
}

/**
 * Takes a user's conformed document apart into what is stored as a document and what is kept elsewhere.
 * Throws `invalidValue` for a userName that cannot be one.
 */
export function splitUser(whole: ResourceDocument): UserParts {
  requireUsername(String(whole['userName']));
  const [withoutPassword, password] = take(whole, passwordPath);
  const [document, units] = take(withoutPassword, userUnitsPath);
  return {
    document,
    units: textsOf(units),
    password: typeof password === 'string' && password !== '' ? password : undefined,
  };
}

/**
 * Takes a group's conformed document apart into what is stored as a document and what is kept elsewhere.
 * Throws `invalidValue` for a member without a value.
 */
export function splitGroup(whole: ResourceDocument): GroupParts {
  const [withoutMembers, members] = take(whole, membersPath);
  const [withoutUnits, units] = take(withoutMembers, groupUnitsPath);
  const [withoutKind, kind] = take(withoutUnits, kindPath);
  const [withoutParent, parent] = take(withoutKind, parentPath);
  const [document, shortName] = take(withoutParent, shortNamePath);
  return {
    document,
    units: textsOf(units),
    members: memberIds(members),
    kind: textOf(kind),
    parent: textOf(parent),
    shortName: textOf(shortName),
  };
}

/** A stored document with the names of its units, as PATCH operations see it. */
export function withUnits(
  type: 'User' | 'Group',
  document: ResourceDocument,
  units: readonly string[],
): ResourceDocument {
  return writeAttribute(document, type === 'User' ? userUnitsPath : groupUnitsPath, units);
}

/** A stored group's document with its kind, as PATCH operations see it. */
export function withKind(document: ResourceDocument, kind: string): ResourceDocument {
  return writeAttribute(document, kindPath, kind);
}

/** A stored group's document with its place, as PATCH operations see it. */
export function withPlace(document: ResourceDocument, place: CollaborationPlace | undefined): ResourceDocument {
  const named = writeAttribute(document, shortNamePath, place?.shortName);
  return writeAttribute(named, parentPath, place?.parent);
}

function take(document: ResourceDocument, path: AttributePath): [ResourceDocument, unknown] {
  const value = readAttribute(document, path);
  return value === undefined ? [document, undefined] : [writeAttribute(document, path, undefined), value];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined;
}

function memberIds(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((member: unknown) => {
    if (isJsonObject(member) && typeof member['value'] === 'string') return member['value'];
    throw invalidValue('members: each member needs the id of a user or group as its value');
  });
}
