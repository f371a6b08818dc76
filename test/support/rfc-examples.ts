import { readFileSync } from 'node:fs';
import type { SchemaDocument } from '../../src/schema/schema-documents.js';

type JsonObject = Readonly<Record<string, unknown>>;

function readExample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../conformance/examples/${name}.json`, import.meta.url), 'utf8'));
}

/** A representation that RFC 7643 §8 prints, such as `full-user`. */
export function printedDocument(name: string): JsonObject {
  // What is printed in the files of this name is one object.
  return readExample(name) as JsonObject;
}

/** The list of ResourceTypes that RFC 7643 §8.6 prints. */
export function printedResourceTypes(): readonly JsonObject[] {
  return readExample('resource-types') as readonly JsonObject[];
}

/** The schemas that RFC 7643 §8.7.1 or §8.7.2 prints. */
export function printedSchemas(section: '8.7.1' | '8.7.2'): readonly SchemaDocument[] {
  const name = section === '8.7.1' ? 'resource-schemas' : 'service-provider-schemas';
  return readExample(name) as readonly SchemaDocument[];
}
