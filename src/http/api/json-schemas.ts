import { z } from 'zod';

/** A JSON Schema as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const definitions = '#/$defs/';
const components = '#/components/schemas/';

/** Turns schemas into JSON Schemas; those with an `id` in their meta data become components, told once. */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** What a client sends. */
  input(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'input');
  }

  /** What a client is given. */
  output(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'output');
  }

  /** The components that were met so far, by name. */
  get components(): JsonSchema {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // Inside an object a component is a reference; at the root it would be spelled out.
    const whole = objectOf(z.toJSONSchema(z.object({ root: schema }), { io }));
    for (const [name, definition] of Object.entries(objectOf(whole['$defs']))) {
      this.#components.set(name, objectOf(withReferences(definition)));
    }
    return objectOf(withReferences(objectOf(whole['properties'])['root']));
  }
}

/** The members of a JSON object; none for anything else. */
export function objectOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** References to definitions as references to components; the ids that made them components are left out. */
function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => {
      const isReference = name === '$ref' && typeof member === 'string' && member.startsWith(definitions);
      return [name, isReference ? components + member.slice(definitions.length) : withReferences(member)];
    }),
  );
}
