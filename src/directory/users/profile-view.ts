import { isJsonObject, type ResourceDocument } from '../../schema/document.js';
import { enterpriseUserSchema } from '../../schema/schema-documents.js';
import type { RegisteredUser } from '../../store/resources/profile-store.js';
import { displayOf } from '../../store/resources/resource-table.js';
import { clientAdminRole, isGranted } from '../roles/granted-roles.js';

/** A person as those see one who hand out claims. */
export interface Profile {
  readonly id: string;
  /** A number that stays the person's. */
  readonly staffUsi: number;
  readonly staffUniqueId: string | null;
  readonly firstName: string | null;
  readonly middleName: string | null;
  readonly lastSurname: string | null;
  readonly location: string | null;
  readonly fullName: string | null;
  readonly isAdmin: boolean;
  readonly username: string;
}

/** The profile of a person. */
export function viewProfile({ id, staffUsi, document }: RegisteredUser): Profile {
  const name = isJsonObject(document['name']) ? document['name'] : {};
  const parts = [name['givenName'], name['middleName'], name['familyName']].map(textOf);
  const [firstName = null, middleName = null, lastSurname = null] = parts;
  const fullName = parts.filter((part) => part !== null).join(' ');
  return {
    id,
    staffUsi,
    staffUniqueId: staffUniqueIdOf(document),
    firstName,
    middleName,
    lastSurname,
    location: localityOf(document['addresses']),
    fullName: fullName === '' ? displayOf(document) : fullName,
    isAdmin: isGranted(document, clientAdminRole),
    username: String(document['userName']),
  };
}

function staffUniqueIdOf(document: ResourceDocument): string | null {
  const enterprise = document[enterpriseUserSchema.id];
  return isJsonObject(enterprise) ? textOf(enterprise['employeeNumber']) : null;
}

/** Of the primary address, or else of the first. */
function localityOf(addresses: unknown): string | null {
  const objects = Array.isArray(addresses) ? addresses.filter(isJsonObject) : [];
  const chosen = objects.find((address) => address['primary'] === true) ?? objects[0];
  return textOf(chosen?.['locality']);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
