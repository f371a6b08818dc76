import { expect } from 'chai';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import { forEachDatabase } from '../support/databases.js';
import type { Muster } from '../support/muster.js';
import { printedSchemas } from '../support/rfc-examples.js';
import { callerOf, type Caller } from '../support/scim.js';

/**
 * Where the schemas that are served differ from those that RFC 7643 §8.7 prints, by schema and attribute, each for a reason:
 * its own text, or what this service promises beyond it.
 */
const known: Readonly<Record<string, string>> = {
  // References are case exact (§2.3.7), and so is binary (§2.3.6); a list of certificates has no case.
  'User profileUrl caseExact': 'true',
  'User photos.value caseExact': 'true',
  'User groups.$ref caseExact': 'true',
  'User x509Certificates caseExact': 'absent',
  'User x509Certificates.value caseExact': 'true',
  'Group members.$ref caseExact': 'true',
  'EnterpriseUser manager.$ref caseExact': 'true',
  'Service Provider Configuration documentationUri caseExact': 'true',
  'Service Provider Configuration authenticationSchemes.specUri caseExact': 'true',
  'Service Provider Configuration authenticationSchemes.documentationUri caseExact': 'true',
  'ResourceType endpoint caseExact': 'true',
  // Numbers and complex values are not compared for uniqueness; other complex attributes are printed without it.
  'User name uniqueness': 'absent',
  'User emails uniqueness': 'absent',
  'User addresses uniqueness': 'absent',
  'Service Provider Configuration bulk.maxOperations uniqueness': 'absent',
  'Service Provider Configuration bulk.maxPayloadSize uniqueness': 'absent',
  'Service Provider Configuration filter.maxResults uniqueness': 'absent',
  // The text has these: §2.4 and §8.2 for addresses, §8.4 for members, §5 for the configuration.
  'User addresses.primary': 'more',
  'Group members.display': 'more',
  'Service Provider Configuration etag': 'more',
  'Service Provider Configuration authenticationSchemes.type': 'more',
  'Service Provider Configuration authenticationSchemes.primary': 'more',
  // RFC 9865 §4.
  'Service Provider Configuration pagination': 'more',
  // REQUIRED in §4.2, and unique here among the groups of the same units; staff numbers are unique in a client.
  'Group displayName required': 'true',
  'Group displayName uniqueness': 'server',
  'EnterpriseUser employeeNumber uniqueness': 'server',
  // Lists in §6 and §7; a resource type need not have extensions, as §8.6 prints Group.
  'ResourceType schemaExtensions multiValued': 'true',
  'ResourceType schemaExtensions required': 'false',
  'Schema attributes.subAttributes.referenceTypes multiValued': 'true',
};

const byName = (attributes: readonly AttributeDocument[]) => new Map(attributes.map((each) => [each.name, each]));

/** The places where two lists of attributes differ, and what the second has there. */
function compare(
  printed: readonly AttributeDocument[],
  shown: readonly AttributeDocument[],
  path: string,
): [string, string][] {
  const names = [...new Set([...printed, ...shown].map(({ name }) => name))];
  return names.flatMap((name): [string, string][] => {
    const [ours, theirs] = [byName(shown).get(name), byName(printed).get(name)];
    if (ours === undefined || theirs === undefined) return [[path + name, ours === undefined ? 'missing' : 'more']];
    return [
      ...characteristics(theirs, ours).map(([key, value]): [string, string] => [`${path}${name} ${key}`, value]),
      ...compare(theirs.subAttributes ?? [], ours.subAttributes ?? [], `${path}${name}.`),
    ];
  });
}

function characteristics(printed: AttributeDocument, shown: AttributeDocument): [string, string][] {
  const keys = new Set([...Object.keys(printed), ...Object.keys(shown)]);
  keys.delete('subAttributes');
  return [...keys].flatMap((key): [string, string][] => {
    const [theirs, ours] = [printed, shown].map((each) => JSON.stringify(Reflect.get(each, key)) ?? 'absent');
    return theirs === ours ? [] : [[key, (ours ?? '').replaceAll('"', '')]];
  });
}

describe('the example schemas', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    let call: Caller;
    before(async () => {
      muster = await database.startMuster();
      const client = await muster.createClient('ACME');
      call = callerOf(muster, (await muster.createToken({ client })).token);
    });

    for (const section of ['8.7.1', '8.7.2'] as const) {
      for (const { id, name, attributes } of printedSchemas(section)) {
        it(`${name}: is served as printed, attribute by attribute, where the text does not say otherwise (RFC 7643 §${section})`, async () => {
          const shown = await call.read(`/Schemas/${id}`);
          expect(shown['name']).to.equal(name);
          expect(shown.meta.location).to.equal(`${muster.baseUrl}/Schemas/${id}`);
          // The answer has this shape, as the test of discovery has shown.
          const ours = shown['attributes'] as readonly AttributeDocument[];
          const expected = Object.entries(known).filter(([place]) => place.startsWith(`${name} `));
          expect(Object.fromEntries(compare(attributes, ours, `${name} `))).to.deep.equal(Object.fromEntries(expected));
        });
      }
    }
  });
});
