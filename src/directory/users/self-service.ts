import { insufficientScope } from '../../errors.js';
import { isEqualValue, isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { changedAttributes } from '../audit/changed-attributes.js';
import type { UserParts } from '../document-parts.js';

/**
 * What people may change of themselves. All else says who they are and what they may do, and is for the administrator: an
 * address by which a password is reset, and the employment, among it.
 */
const ownAttributes: ReadonlySet<string> = new Set([
  'displayName',
  'nickName',
  'name',
  'profileUrl',
  'phoneNumbers',
  'ims',
  'photos',
  'addresses',
  'preferredLanguage',
  'locale',
  'timezone',
]);

/** A person's replacement of their own document: what they may not change stays where the body does not name it. */
export function keepManaged(current: ResourceDocument, next: ResourceDocument): ResourceDocument {
  const managed = Object.entries(current).filter(([name]) => !ownAttributes.has(name));
  const kept = managed.map(([name, value]): [string, unknown] => {
    const given = next[name];
    // An extension is a set of attributes, each of which stays by itself.
    if (name.startsWith('urn:') && isJsonObject(value) && isJsonObject(given)) return [name, { ...value, ...given }];
    return [name, given ?? value];
  });
  return { ...next, ...Object.fromEntries(kept) };
}

/** Throws 403 when a person changes of themselves what is the administrator's to change. */
export function requireOwnAttributes(
  current: Pick<UserParts, 'document' | 'units'>,
  next: Pick<UserParts, 'document' | 'units'>,
): void {
  const changed = changedAttributes(current.document, next.document).filter((name) => !ownAttributes.has(name));
  const { units = [] } = current;
  if (next.units !== undefined && !isEqualValue(next.units.toSorted(), units.toSorted())) changed.push('units');
  if (changed.length > 0) throw insufficientScope(`people cannot change of themselves: ${changed.join(', ')}`);
}
