import { invalidValue } from '../errors.js';
import type { Attribute, AttributeType } from './attribute.js';
import { readDateTime } from './date-time.js';

/** How strictly a body is read. */
export interface ConformOptions {
  /** Attributes that the schemas do not have: `ignore` for tolerant clients, `refuse` (`invalidSyntax`) for strict ones. */
  readonly unknown: 'ignore' | 'refuse';
  /** True where the value will be merged into what is stored, so that required sub-attributes may be missing. */
  readonly partial?: boolean;
}

/** Gives the conforming value, or undefined for "unassigned". Throws RequestError `invalidValue` or `invalidSyntax`. */
export type Conform = (value: unknown, options: ConformOptions) => unknown;

/** The longest string that is accepted, in bytes of UTF-8. */
export const maxStringBytes = 65_536;

// A character takes at most three bytes of UTF-8 per UTF-16 unit, so shorter strings need not be measured.
const surelyShort = Math.floor(maxStringBytes / 3);

// PostgreSQL stores neither NUL nor a lone surrogate. The first pattern is the fast one; the second tells pairs from singles.
const suspicious = /[\0\ud800-\udfff]/;
const unstorable = /[\0\p{Surrogate}]/u;

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Builds the check of one value of a simple type (RFC 7643 §2.3); `where` is the attribute's name in messages. */
export function compileSimple(attribute: Attribute, where: string): Conform {
  const check = withSpelling(attribute, checks[attribute.type](where));
  return attribute.required ? (value) => notBlank(check(value), where) : check;
}

type Check = (value: unknown) => unknown;

const checks: Readonly<Record<AttributeType, (where: string) => Check>> = {
  string: (where) => (value) => readString(value, where),
  // A reference may be absolute, relative or a URN, and providers send loose ones; what it points to is not our business.
  reference: (where) => (value) => readString(value, where),
  boolean: (where) => (value) => {
    if (typeof value !== 'boolean') throw wrongType(where, 'a boolean');
    return value;
  },
  integer: (where) => (value) => {
    if (!Number.isSafeInteger(value)) throw wrongType(where, 'an integer');
    return positiveZero(value);
  },
  decimal: (where) => (value) => {
    if (!Number.isFinite(value)) throw wrongType(where, 'a number');
    return positiveZero(value);
  },
  dateTime: (where) => (value) => {
    const date = readDateTime(readString(value, where));
    if (date === undefined) throw wrongType(where, 'a dateTime such as 2008-01-23T04:56:22Z');
    return date;
  },
  binary: (where) => (value) => {
    const text = readString(value, where);
    if (!isBase64(text)) throw wrongType(where, 'base64 text');
    return text;
  },
  complex: (where) => () => {
    throw wrongType(where, 'a complex value');
  },
};

/** Other values are allowed too, but those that are canonical get their canonical spelling (RFC 7643 §2.4). */
function withSpelling({ caseExact, canonicalValues }: Attribute, check: Check): Check {
  if (caseExact || canonicalValues.length === 0) return check;
  const spelling = new Map(canonicalValues.map((each) => [each.toLowerCase(), each]));
  return (value) => {
    const text = check(value);
    return typeof text === 'string' ? (spelling.get(text.toLowerCase()) ?? text) : text;
  };
}

/** The error for a value of another type than its attribute has (RFC 7643 §2.3); never shows the value. */
export function wrongType(where: string, expected: string): Error {
  return invalidValue(`${where} must be ${expected}`);
}

function readString(value: unknown, where: string): string {
  if (typeof value !== 'string') throw wrongType(where, 'a string');
  if (value.length > surelyShort && Buffer.byteLength(value) > maxStringBytes) {
    throw invalidValue(`${where} is longer than ${maxStringBytes} bytes`);
  }
  if (suspicious.test(value) && unstorable.test(value)) {
    throw invalidValue(`${where} holds a NUL character or half a surrogate pair`);
  }
  return value;
}

function notBlank(value: unknown, where: string): unknown {
  if (typeof value === 'string' && value.trim() === '') throw invalidValue(`${where} must not be blank`);
  return value;
}

// JSON knows -0, and would give it back as 0.
function positiveZero(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

// Padding may be left out (RFC 7643 §2.3.6), but where it stands it fills the last group of four.
function isBase64(text: string): boolean {
  if (!base64.test(text)) return false;
  return text.endsWith('=') ? text.length % 4 === 0 : text.length % 4 !== 1;
}
