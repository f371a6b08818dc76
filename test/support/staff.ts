import type { ResourceDocument } from '../../src/schema/document.js';
import { enterpriseUserSchema } from '../../src/schema/schema-documents.js';
import { randomNumbers } from './random-order.js';

const givenNames = ['Ada', 'Béla', 'Chidi', 'Dörte', 'Emre', 'Fatou', 'Grace', 'Hồng', 'Ines', 'Jörg', 'Kaja', 'Liam'];
const familyNames = [
  'Okafor',
  'Müller',
  'Nguyễn',
  'Lindqvist',
  'Haddad',
  'Silva',
  'Kowalska',
  'Øster',
  'Tanaka',
  'Weiß',
];
const departments = ['Support', 'Research', 'Sales', 'Finance', 'People', 'Legal', 'Warehouse', 'Field service'];
const titles = ['Engineer', 'Analyst', 'Team lead', 'Nurse', 'Buyer', 'Clerk', 'Director', 'Trainee'];

// 2026-01-01T00:00:00Z, in milliseconds: when the first of them was hired.
const firstHiredMs = 1_767_225_600_000;

/** The instant, ISO 8601 UTC, at which a person of the staff was added: one a second. */
export function hiredAt(index: number): string {
  return new Date(firstHiredMs + index * 1_000).toISOString();
}

/** The id of a person of the staff: a UUID of version 7, as the service makes them, the same for the same index. */
export function personId(index: number): string {
  return identifier(firstHiredMs + index * 1_000, index);
}

/** The id of a group of the staff; no person has it. */
export function staffGroupId(index: number): string {
  return identifier(firstHiredMs - 1_000 - index * 1_000, index);
}

/** The displayName of a group of the staff. */
export function staffGroupName(index: number): string {
  return `Group ${index}`;
}

function identifier(atMs: number, index: number): string {
  const random = randomNumbers(index + 1);
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const time = atMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}`;
}

function pick(values: readonly string[], random: () => number): string {
  return values[Math.floor(random() * values.length)] ?? '';
}

/** What identifies a person of the staff to a provider. */
export function personKeys(index: number) {
  const login = `person.${index}@acme.example`;
  return { userName: login, externalId: `00u${index.toString(36).padStart(9, '0')}`, workEmail: login };
}

/**
 * A person of a staff that is the same each time: about one kilobyte of what a provider sends in a first sync, in the
 * canonical form in which documents are stored.
 */
export function personDocument(index: number): ResourceDocument {
  const random = randomNumbers(index);
  const { userName, externalId, workEmail } = personKeys(index);
  const [givenName, familyName] = [pick(givenNames, random), pick(familyNames, random)];
  return {
    externalId,
    userName,
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    displayName: `${givenName} ${familyName}`,
    title: pick(titles, random),
    preferredLanguage: 'en-GB',
    timezone: 'Europe/Berlin',
    active: true,
    emails: [
      { value: workEmail, type: 'work', primary: true },
      { value: `home.${index}@mail.example`, type: 'home' },
    ],
    phoneNumbers: [{ value: `+49 30 ${1_000_000 + index}`, type: 'work' }],
    addresses: [{ type: 'work', streetAddress: `${index % 200} Long Street`, locality: 'Berlin', country: 'DE' }],
    [enterpriseUserSchema.id]: {
      employeeNumber: String(100_000 + index),
      costCenter: `CC-${index % 50}`,
      department: pick(departments, random),
      manager: { value: personId(Math.floor(index / 10)) },
    },
  };
}

/** A person of the staff with nothing but what a provider looks people up by. */
export function personContact(index: number): ResourceDocument {
  const { userName, externalId, workEmail } = personKeys(index);
  return { externalId, userName, active: true, emails: [{ value: workEmail, type: 'work' }] };
}

/** A person of the staff as the body of a POST or PUT. */
export function personBody(index: number): ResourceDocument {
  const document = personDocument(index);
  return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterpriseUserSchema.id], ...document };
}
