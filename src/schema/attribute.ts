export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';

export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
export type Returned = 'always' | 'never' | 'default' | 'request';
export type Uniqueness = 'none' | 'server' | 'global';

/** An attribute as a schema document writes it (RFC 7643 §7); `index` is ours and is not shown to clients. */
export interface AttributeDocument {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly caseExact?: boolean;
  readonly uniqueness?: Uniqueness;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDocument[];
  /** Whether the values go into the value index, so that filters on them cost what they find. */
  readonly index?: boolean;
}

/** An attribute with every characteristic of RFC 7643 §2.2 filled in, and its sub-attributes by lower-case name. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues: readonly string[];
  readonly indexed: boolean;
  readonly subAttributes: AttributeMap;
}

/** Attributes by lower-case name, in the order of the schema document. */
export type AttributeMap = ReadonlyMap<string, Attribute>;

/** Reads the attributes of a schema document and fills in the defaults of RFC 7643 §2.2. */
export function readAttributes(documents: readonly AttributeDocument[]): AttributeMap {
  return new Map(documents.map((document) => [document.name.toLowerCase(), readAttribute(document)]));
}

function readAttribute(document: AttributeDocument): Attribute {
  const exactByType = document.type === 'binary' || document.type === 'reference';
  return {
    name: document.name,
    type: document.type,
    multiValued: document.multiValued,
    required: document.required,
    caseExact: document.caseExact ?? exactByType,
    mutability: document.mutability,
    returned: document.returned,
    uniqueness: document.uniqueness ?? 'none',
    canonicalValues: document.canonicalValues ?? [],
    indexed: document.index ?? false,
    subAttributes: readAttributes(document.subAttributes ?? []),
  };
}
