import { Types } from 'scimmy';
import type { AttributeDocument, Mutability, Returned } from './attribute.js';
import type { SchemaDocument } from './schema-documents.js';

const mutable: Readonly<Record<Mutability, boolean | string>> = {
  readOnly: false,
  readWrite: true,
  immutable: 'immutable',
  writeOnly: 'writeOnly',
};
const returned: Readonly<Record<Returned, boolean | string>> = {
  always: 'always',
  never: false,
  default: true,
  request: 'request',
};

/** A schema document as scimmy declares it; our URNs lie in the name space that it accepts. */
export function scimmyDefinition(document: SchemaDocument): InstanceType<typeof Types.SchemaDefinition> {
  const attributes = document.attributes.map(scimmyAttribute);
  return new Types.SchemaDefinition(document.name, document.id, document.description, attributes);
}

function scimmyAttribute(document: AttributeDocument): InstanceType<typeof Types.Attribute> {
  const config = {
    multiValued: document.multiValued,
    required: document.required,
    description: document.description,
    caseExact: document.caseExact ?? false,
    mutable: mutable[document.mutability],
    returned: returned[document.returned],
    uniqueness: document.uniqueness ?? 'none',
    ...(document.canonicalValues === undefined ? {} : { canonicalValues: [...document.canonicalValues] }),
    ...(document.referenceTypes === undefined ? {} : { referenceTypes: [...document.referenceTypes] }),
  };
  const subAttributes = (document.subAttributes ?? []).map(scimmyAttribute);
  return new Types.Attribute(document.type, document.name, config, subAttributes);
}
