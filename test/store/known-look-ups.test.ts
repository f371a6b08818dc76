import { expect } from 'chai';
import { parseFilter } from '../../src/protocol/parse-filter.js';
import { resolveFilter } from '../../src/protocol/resolve-filter.js';
import { leafOf, resolvePath } from '../../src/schema/attribute-path.js';
import type { Attribute } from '../../src/schema/attribute.js';
import { groupType, userType, type ResourceType } from '../../src/schema/resource-type.js';
import { postgresDialect, sqliteDialect } from '../../src/store/database/dialect.js';
import { compileAnew, compileFilter, type CompileContext } from '../../src/store/query/compile-filter.js';
import { bind, sql } from '../../src/store/sql/compose-sql.js';

const texts = [
  'Ada',
  'ada@example.com',
  '',
  'Straße "5" \\ %_',
  'ACTIVE',
  'User',
  '0190a000-0000-7000-8000-000000000000',
  'x'.repeat(256),
  'x'.repeat(257),
];

/** All paths that a filter can name, and for attributes with many values both ways to ask for two of their parts at once. */
function* lookUpsOf(type: ResourceType): Generator<(text: string) => string> {
  const named = [
    ...[...type.common.values(), ...type.core.attributes.values()].map((each) => [each.name, each] as const),
    ...type.extensions.flatMap(({ id, attributes }) =>
      [...attributes.values()].map((each) => [`${id}:${each.name}`, each] as const),
    ),
  ];
  for (const [path, attribute] of named) {
    const paths = [path, ...partsOf(attribute).map((part) => `${path}.${part}`)].filter((each) => isText(type, each));
    for (const each of paths) yield (text) => `${each} eq ${JSON.stringify(text)}`;
    if (!attribute.multiValued || attribute.type !== 'complex') continue;
    yield (text) => `${path}[type eq "work" and value eq ${JSON.stringify(text)}]`;
    yield (text) => `${path}[type eq ${JSON.stringify(text)}].value eq "a"`;
    yield (text) => `${path}[value eq ${JSON.stringify(text)}]`;
  }
}

const partsOf = ({ subAttributes }: Attribute): readonly string[] =>
  [...subAttributes.values()].map(({ name }) => name);

/** Whether a text can be compared with what lies there. */
function isText(type: ResourceType, text: string): boolean {
  const path = resolvePath(type, text);
  if (path === undefined || path.kind === 'extension') return false;
  const leaf = leafOf(path);
  return leaf.type !== 'complex' && leaf.returned !== 'never';
}

/** Two callers: of different clients, who see different units, at different addresses. */
function contextsOf(type: ResourceType): readonly CompileContext[] {
  return [sqliteDialect, postgresDialect].flatMap((dialect) =>
    ['a', 'b'].map((name) => ({
      type,
      dialect,
      clientId: `client ${name}`,
      publicUrl: `https://${name}.example`,
      inScope: (alias: string) => sql`${bind(alias)} = ${bind(name)}`,
    })),
  );
}

describe('look-ups that are compiled once', () => {
  for (const type of [userType, groupType]) {
    it(`are what they would be compiled anew, whatever was asked before: ${type.name} (RFC 7644 §3.4.2.2)`, () => {
      let compared = 0;
      for (const filterOf of lookUpsOf(type)) {
        for (const text of texts) {
          const filter = resolved(type, filterOf(text));
          if (filter === undefined) continue;
          for (const context of contextsOf(type)) {
            expect(timeless(compileFilter(filter, context)), filterOf(text)).to.equal(
              timeless(compileAnew(filter, context)),
            );
            compared += 1;
          }
        }
      }
      expect(compared).to.be.above(500);
    });
  }
});

/** As JSON, whenever it was compiled: what ends at an instant is compared with the time now. */
function timeless(compiled: object): string {
  return JSON.stringify(compiled).replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"now"');
}

/** Undefined where the attribute has no such part, or no text is a value of it. */
function resolved(type: ResourceType, text: string): ReturnType<typeof resolveFilter> | undefined {
  try {
    return resolveFilter(type, parseFilter(text));
  } catch {
    return undefined;
  }
}
