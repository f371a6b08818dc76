import { invalidSyntax, invalidValue } from '../errors.js';
import { leafOf, type AttributePath } from './attribute-path.js';
import type { Attribute } from './attribute.js';
import {
  checkRequired,
  compileFields,
  conformMembers,
  conformObject,
  membersOf,
  requiredNames,
  type Field,
  type Members,
} from './conform-attribute.js';
import { compileSchemas, type ReadSchemas } from './conform-schemas.js';
import type { ConformOptions } from './conform-value.js';
import { isJsonObject, type ResourceDocument } from './document.js';
import type { ResourceSchema, ResourceType } from './resource-type.js';

export type { ConformOptions } from './conform-value.js';

/**
 * Brings the values of one resource type into their canonical form, as its schemas say (RFC 7643 §2, §7).
 * Every method throws RequestError only: `invalidSyntax` for the shape of a body, `invalidValue` for a value.
 */
export interface Conformer {
  /**
   * The body of a POST or PUT as a document (RFC 7644 §3.3, §3.5.1). Read-only attributes are passed over, write-only
   * ones are kept.
   */
  resource(body: unknown, options: ConformOptions): ResourceDocument;
  /**
   * The whole value of the attribute or sub-attribute that a path names; undefined where it is unassigned.
   * Read-only attributes are conformed too: whether they may be written is the caller's question.
   */
  value(path: AttributePath, value: unknown, options: ConformOptions): unknown;
  /** One element of an attribute; undefined where nothing of it is left. */
  element(attribute: Attribute, value: unknown, options: ConformOptions): unknown;
  /** The object that stands under an extension's URN; undefined where nothing of it is left. */
  extension(schema: ResourceSchema, value: unknown, options: ConformOptions): ResourceDocument | undefined;
}

const compiled = new WeakMap<ResourceType, Conformer>();

/** The conformer of a resource type, compiled once. */
export function conformerFor(type: ResourceType): Conformer {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  const conformer = new CompiledConformer(type);
  compiled.set(type, conformer);
  return conformer;
}

class CompiledConformer implements Conformer {
  readonly #members: Members;
  readonly #extensions: ReadonlyMap<string, Members>;
  readonly #fields: ReadonlyMap<Attribute, Field>;
  readonly #readSchemas: ReadSchemas;

  constructor(type: ResourceType) {
    const fields = [...compileFields(type.core.attributes, ''), ...compileFields(type.common, '')];
    const extensions = type.extensions.map(({ id, attributes }) => ({
      id,
      fields: compileFields(attributes, `${id}:`),
    }));
    this.#extensions = new Map(
      extensions.map(({ id, fields: own }) => [id, membersOf(id, own, requiredNames(own))] as const),
    );
    const extensionMembers = [...this.#extensions].map(([name, members]) => extensionMember(name, members));
    this.#members = membersOf('', [...fields, ...extensionMembers], requiredNames(fields));
    this.#fields = byAttribute([...fields, ...extensions.flatMap((each) => each.fields)]);
    this.#readSchemas = compileSchemas(type);
  }

  resource(body: unknown, options: ConformOptions): ResourceDocument {
    if (!isJsonObject(body)) throw invalidSyntax('the body must be a JSON object');
    const named = this.#readSchemas(body, options);
    const document = conformMembers(this.#members, body, options) ?? {};
    checkRequired(this.#members, document);
    if (options.unknown === 'refuse') this.#checkNamed(document, named);
    return document;
  }

  value(path: AttributePath, value: unknown, options: ConformOptions): unknown {
    const attribute = leafOf(path);
    const conformed = this.#field(attribute).whole(value, options);
    if (conformed === undefined && attribute.required) throw invalidValue(`${path.text} is required`);
    return conformed;
  }

  element(attribute: Attribute, value: unknown, options: ConformOptions): unknown {
    return this.#field(attribute).element(value, options);
  }

  extension(schema: ResourceSchema, value: unknown, options: ConformOptions): ResourceDocument | undefined {
    const members = this.#extensions.get(schema.id);
    if (members === undefined) throw new Error(`no extension ${schema.id} in this resource type`);
    if (value === null || value === undefined) return undefined;
    return conformObject(members, value, options);
  }

  #field(attribute: Attribute): Field {
    const field = this.#fields.get(attribute);
    if (field === undefined) throw new Error(`the attribute ${attribute.name} is not of this resource type`);
    return field;
  }

  #checkNamed(document: ResourceDocument, named: ReadonlySet<string>): void {
    for (const id of this.#extensions.keys()) {
      if (Object.hasOwn(document, id) && !named.has(id)) throw invalidSyntax(`schemas must name ${id}`);
    }
  }
}

function extensionMember(name: string, members: Members) {
  return {
    name,
    ignored: false,
    whole: (value: unknown, options: ConformOptions) =>
      value === null || value === undefined ? undefined : conformObject(members, value, options),
  };
}

function byAttribute(fields: readonly Field[]): Map<Attribute, Field> {
  return new Map(fields.flatMap((field) => [[field.attribute, field] as const, ...byAttribute(field.subFields)]));
}
