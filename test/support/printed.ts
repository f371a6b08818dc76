import { expect } from 'chai';
import { mismatches } from './match-json.js';
import type { Response } from './muster.js';
import { musterGroupUrn, musterUserUrn, type ScimBody } from './scim.js';

const ownUrns: readonly string[] = [musterUserUrn, musterGroupUrn];

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is left of an answer without what is this service's own: the extensions of the tenant model and their URNs. */
function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !ownUrns.includes(String(each))).map(withoutOwn);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => !ownUrns.includes(name));
  return Object.fromEntries(members.map(([name, each]) => [name, withoutOwn(each)]));
}

function surplus(printed: unknown, actual: unknown, path: string): string[] {
  if (Array.isArray(printed) && Array.isArray(actual)) {
    return printed.flatMap((each: unknown, index) => surplus(each, actual[index], path));
  }
  if (!isObject(printed) || !isObject(actual)) return [];
  return Object.keys(actual).flatMap((name) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return Object.hasOwn(printed, name) ? surplus(printed[name], actual[name], inner) : [inner];
  });
}

/**
 * Says where an answer differs from what an RFC prints; strings may be placeholders, as in test/idp/README.md. The service's
 * own extensions, and `active`, which it assigns, do not count; nor do the members at the paths `beside`.
 */
export function differences(printed: unknown, actual: unknown, beside: readonly string[] = []): string[] {
  const shown = withoutOwn(actual);
  const extra = surplus(printed, shown, '').filter((path) => !beside.includes(path) && !/^(.*\.)?active$/.test(path));
  return [...mismatches(printed, shown), ...extra.map((path) => `${path} is not printed`)];
}

/** The `meta` of a resource as it is printed, its dates and version apart. */
export function printedMeta(resourceType: string, location: string): object {
  return { resourceType, created: '<date>', lastModified: '<date>', location, version: '/^W\\/"\\d+"$/' };
}

/** Expects the answer about one resource: status, body, and the headers that repeat what its `meta` says. */
export function expectResource(
  { status, headers, body }: Response<ScimBody>,
  printed: { readonly status: number; readonly body: object; readonly beside?: readonly string[] },
): void {
  expect(differences(printed.body, body, printed.beside)).to.deep.equal([]);
  expect(status).to.equal(printed.status);
  expect(headers['content-type']).to.equal('application/scim+json');
  // A projection may have left `meta` out.
  if (!('meta' in printed.body)) return;
  expect(headers['location']).to.equal(body.meta.location);
  expect(headers['etag']).to.equal(body.meta.version);
}
