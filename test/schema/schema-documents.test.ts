import { expect } from 'chai';
import type { AttributeDocument } from '../../src/schema/attribute.js';
import * as documents from '../../src/schema/schema-documents.js';
import type { SchemaDocument } from '../../src/schema/schema-documents.js';

const all: readonly SchemaDocument[] = Object.values(documents);

interface Found {
  readonly path: string;
  readonly depth: number;
  readonly attribute: AttributeDocument;
}

function walk(attributes: readonly AttributeDocument[], prefix = '', depth = 0): Found[] {
  return attributes.flatMap((attribute) => {
    const path = prefix + attribute.name;
    return [{ path, depth, attribute }, ...walk(attribute.subAttributes ?? [], `${path}.`, depth + 1)];
  });
}

describe('every schema document', () => {
  const keys = ['name', 'type', 'multiValued', 'description', 'required', 'mutability', 'returned'];
  const optional = ['caseExact', 'uniqueness', 'canonicalValues', 'referenceTypes', 'subAttributes', 'index'];
  const types = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'];

  for (const document of all) {
    it(`${document.name}: has a URN, a name and a description (RFC 7643 §7)`, () => {
      // Those of the roles and entitlements are named by the draft, and by Okta.
      const named = /^urn:(ietf:params|okta):scim:schemas:core:1\.0:(Role|Entitlement)$/;
      if (!named.test(document.id)) {
        expect(document.id).to.match(/^urn:ietf:params:scim:schemas:(core|extension:[a-z]+):2\.0:[A-Za-z]+$/);
      }
      expect(document.name).to.match(/\S/);
      expect(document.description).to.match(/\S/);
      expect(document.attributes).not.to.have.lengthOf(0);
    });

    it(`${document.name}: every attribute has the characteristics that are demanded, with values that exist (RFC 7643 §7)`, () => {
      for (const { path, attribute } of walk(document.attributes)) {
        expect(attribute, path).to.include.all.keys(...keys);
        expect([...keys, ...optional], path).to.include.members(Object.keys(attribute));
        expect(attribute.name, path).to.match(/^[$A-Za-z][\w$-]*$/);
        expect(attribute.description, path).to.match(/\S/);
        expect(types, path).to.include(attribute.type);
        expect(attribute.mutability, path).to.be.oneOf(['readOnly', 'readWrite', 'immutable', 'writeOnly']);
        expect(attribute.returned, path).to.be.oneOf(['always', 'never', 'default', 'request']);
        for (const key of ['multiValued', 'required'] as const) expect(attribute[key], path).to.be.a('boolean');
      }
    });

    it(`${document.name}: strings say whether case and uniqueness matter, references what they refer to (RFC 7643 §7)`, () => {
      for (const { path, attribute } of walk(document.attributes)) {
        if (attribute.type === 'string' || attribute.type === 'reference') {
          expect(attribute.caseExact, path).to.be.a('boolean');
          expect(attribute.uniqueness, path).to.be.oneOf(['none', 'server', 'global']);
        }
        expect(attribute.referenceTypes !== undefined, path).to.equal(attribute.type === 'reference');
        if (attribute.type === 'binary') expect(attribute.caseExact, path).to.equal(true);
      }
    });

    it(`${document.name}: sub-attributes belong to complex attributes, and names are unique whatever their case (RFC 7643 §2.1, §2.3.8)`, () => {
      const found = walk(document.attributes);
      for (const { path, attribute } of found) {
        expect((attribute.subAttributes?.length ?? 0) > 0, path).to.equal(attribute.type === 'complex');
      }
      expect(new Set(found.map(({ path }) => path.toLowerCase()))).to.have.lengthOf(found.length);
    });

    it(`${document.name}: what is write-only is never returned, and only simple attributes are indexed (RFC 7643 §7)`, () => {
      for (const { path, attribute } of walk(document.attributes)) {
        if (attribute.mutability === 'writeOnly') expect(attribute.returned, path).to.equal('never');
        if (attribute.index === true) expect(attribute.type, path).not.to.equal('complex');
      }
    });

    // The Schema resource alone may hold complex sub-attributes (RFC 7643 §7).
    if (document === documents.schemaSchema) continue;
    it(`${document.name}: a complex attribute has no complex sub-attribute (RFC 7643 §2.3.8)`, () => {
      for (const { path, depth, attribute } of walk(document.attributes)) {
        if (depth > 0) expect(attribute.type, path).not.to.equal('complex');
      }
    });
  }
});

/** One line for each attribute that RFC 7643 §8.7.1 prints: `[]` for a list, then the type and the mutability. */
const printed: readonly (readonly [SchemaDocument, string, string])[] = [
  [
    documents.userSchema,
    'urn:ietf:params:scim:schemas:core:2.0:User',
    `userName string readWrite
     name complex readWrite
     name.formatted string readWrite
     name.familyName string readWrite
     name.givenName string readWrite
     name.middleName string readWrite
     name.honorificPrefix string readWrite
     name.honorificSuffix string readWrite
     displayName string readWrite
     nickName string readWrite
     profileUrl reference readWrite
     title string readWrite
     userType string readWrite
     preferredLanguage string readWrite
     locale string readWrite
     timezone string readWrite
     active boolean readWrite
     password string writeOnly
     emails [] complex readWrite
     emails.value string readWrite
     emails.display string readWrite
     emails.type string readWrite
     emails.primary boolean readWrite
     phoneNumbers [] complex readWrite
     phoneNumbers.value string readWrite
     phoneNumbers.display string readWrite
     phoneNumbers.type string readWrite
     phoneNumbers.primary boolean readWrite
     ims [] complex readWrite
     ims.value string readWrite
     ims.display string readWrite
     ims.type string readWrite
     ims.primary boolean readWrite
     photos [] complex readWrite
     photos.value reference readWrite
     photos.display string readWrite
     photos.type string readWrite
     photos.primary boolean readWrite
     addresses [] complex readWrite
     addresses.formatted string readWrite
     addresses.streetAddress string readWrite
     addresses.locality string readWrite
     addresses.region string readWrite
     addresses.postalCode string readWrite
     addresses.country string readWrite
     addresses.type string readWrite
     groups [] complex readOnly
     groups.value string readOnly
     groups.$ref reference readOnly
     groups.display string readOnly
     groups.type string readOnly
     entitlements [] complex readWrite
     entitlements.value string readWrite
     entitlements.display string readWrite
     entitlements.type string readWrite
     entitlements.primary boolean readWrite
     roles [] complex readWrite
     roles.value string readWrite
     roles.display string readWrite
     roles.type string readWrite
     roles.primary boolean readWrite
     x509Certificates [] complex readWrite
     x509Certificates.value binary readWrite
     x509Certificates.display string readWrite
     x509Certificates.type string readWrite
     x509Certificates.primary boolean readWrite`,
  ],
  [
    documents.groupSchema,
    'urn:ietf:params:scim:schemas:core:2.0:Group',
    `displayName string readWrite
     members [] complex readWrite
     members.value string immutable
     members.$ref reference immutable
     members.type string immutable`,
  ],
  [
    documents.enterpriseUserSchema,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    `employeeNumber string readWrite
     costCenter string readWrite
     organization string readWrite
     division string readWrite
     department string readWrite
     manager complex readWrite
     manager.value string readWrite
     manager.$ref reference readWrite
     manager.displayName string readOnly`,
  ],
];

// What the text of RFC 7643 §2.4 and §4.2 has beyond the schemas that are printed.
const beyond = ['addresses.primary boolean readWrite', 'members.display string readOnly'];

describe('the standard schemas', () => {
  for (const [document, id, text] of printed) {
    it(`${document.name}: has the URN, names, types and mutability that are printed (RFC 7643 §8.7.1)`, () => {
      const lines = text.split('\n').map((line) => line.trim());
      const ours = walk(document.attributes).map(({ path, attribute }) =>
        [path, ...(attribute.multiValued ? ['[]'] : []), attribute.type, attribute.mutability].join(' '),
      );
      expect(document.id).to.equal(id);
      expect(ours.filter((line) => !beyond.includes(line))).to.have.members(lines);
    });
  }

  it('demand a userName and the displayName of a group, and nothing else (RFC 7643 §4.1.1, §4.2)', () => {
    const required = printed.flatMap(([document]) =>
      walk(document.attributes).flatMap(({ path, attribute }) =>
        attribute.required ? [`${document.name} ${path}`] : [],
      ),
    );
    expect(required).to.deep.equal(['User userName', 'Group displayName']);
  });
});
