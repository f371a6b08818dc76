import { readFileSync } from 'node:fs';

/** A right over every object of a type; `grants` is what it comes to for each of them. */
export interface Wildcard {
  readonly name: string;
  readonly grants: string;
}

/** A type of objects on which a group can have permissions. Without `perObject`, it has wildcards alone. */
export interface ObjectType {
  readonly name: string;
  readonly wildcards: readonly Wildcard[];
  readonly perObject: readonly string[];
}

/** The sample catalogue that comes with the service; a deployment brings its own file. */
export const objectTypes: readonly ObjectType[] = readCatalogue();

const typesByName = new Map(objectTypes.map((type) => [type.name, type]));
const typesByWildcard = new Map(
  objectTypes.flatMap((type) => type.wildcards.map((each) => [each.name, type] as const)),
);

/** The object type of this name. */
export function objectTypeNamed(name: string): ObjectType | undefined {
  return typesByName.get(name);
}

/** Whether a wildcard of this name exists. */
export function isWildcard(name: string): boolean {
  return typesByWildcard.has(name);
}

function readCatalogue(): readonly ObjectType[] {
  const text = readFileSync(new URL('../../schemas/permission-catalogue.json', import.meta.url), 'utf8');
  // The file is ours and is checked by the tests, so the shape is known.
  return (JSON.parse(text) as { objectTypes: ObjectType[] }).objectTypes;
}
