import type { AttributePath } from '../../schema/attribute-path.js';
import type { Attribute } from '../../schema/attribute.js';
import type { ResourceType } from '../../schema/resource-type.js';
import { bind, raw, sql } from '../sql/compose-sql.js';
import type { Column } from './compile-test.js';
import type { Dialect } from '../database/dialect.js';
import { groupsOfUser, membersOfGroup } from './member-source.js';
import type { Sql } from '../sql/sql.js';

/** What an expression over the rows `r` of users or groups depends on. */
export interface CompileContext {
  readonly type: ResourceType;
  readonly clientId: string;
  readonly dialect: Dialect;
  /** Where the service is reached; resources lie under `/scim/v2` of it. */
  readonly publicUrl: string;
  /** The condition under which a row of users or groups may be seen; without it every row of the client may. */
  readonly inScope?: (alias: string) => Sql;
}

/** A row for each value of a multi-valued attribute. */
export interface Rows {
  readonly kind: 'rows';
  /** What stands behind `from`, its alias for the value included. */
  readonly from: Sql;
  readonly where: Sql | undefined;
  /** The order in which a client sees the values, the primary one first. */
  readonly order: string;
  /** The value itself, or one of its sub-attributes. */
  readonly column: (subAttribute: Attribute | undefined) => Column;
}

/** Values that are known without looking at the row, each under a condition or always. */
export interface Options {
  readonly kind: 'options';
  readonly options: readonly { readonly value: string; readonly when: Sql | undefined }[];
}

/** Where the values of an attribute come from. */
export type ValueSource = { readonly kind: 'single'; readonly column: Column } | Rows | Options;

/** Says where the values of an attribute come from: the search document, or what the service keeps beside it. */
export function sourceOf(context: CompileContext, path: AttributePath): ValueSource {
  const [holder = '', ...rest] = path.text
    .slice(path.extension === undefined ? 0 : path.extension.length + 1)
    .split('.');
  const special =
    path.extension === undefined ? commonSource(context, holder, rest[0]) : extensionSource(context, path);
  return special ?? documentSource(context, path);
}

function commonSource(context: CompileContext, name: string, sub: string | undefined): ValueSource | undefined {
  if (name === 'id') return { kind: 'single', column: { kind: 'id', column: 'r.id' } };
  if (name === 'meta' && sub !== undefined) return metaSource(context, sub);
  if (name === 'schemas') return schemasSource(context);
  if (name === 'groups' && context.type.name === 'User') return groupsOfUser(context);
  if (name === 'roles' && context.type.name === 'User') return licensedRoles(context);
  if (name === 'members' && context.type.name === 'Group') return membersOfGroup(context);
  return undefined;
}

function metaSource(context: CompileContext, sub: string): ValueSource | undefined {
  if (sub === 'resourceType') return constant(context.type.name);
  if (sub === 'created') return single(raw('r.created_at'));
  if (sub === 'lastModified') return single(raw('r.last_modified'));
  if (sub === 'version') return single(raw(`('W/"' || cast(r.version as text) || '"')`));
  if (sub !== 'location') return undefined;
  const folder = `${context.publicUrl}/scim/v2${context.type.endpoint}/`;
  return single(sql`(${bind(folder)} || ${raw(context.dialect.idText('r.id'))})`);
}

/** A resource has its core schema, the extension that says which client it is of, and those that it has attributes of. */
function schemasSource({ type, dialect }: CompileContext): ValueSource {
  const extensions = type.extensions.map(({ id, attributes }) => ({
    value: id,
    when: attributes.has('clientid') ? undefined : raw(`${dialect.jsonText('r.search', [id])} is not null`),
  }));
  return { kind: 'options', options: [{ value: type.core.id, when: undefined }, ...extensions] };
}

function extensionSource(context: CompileContext, { attribute, extension }: AttributePath): ValueSource | undefined {
  const schema = context.type.extensions.find(({ id }) => id === extension);
  if (schema?.attributes.has('clientid') !== true) return undefined;
  if (attribute.name === 'clientId') return constant(context.clientId);
  if (attribute.name === 'units') return unitNames;
  if (attribute.name === 'effectiveRoles') return effectiveRoles(context);
  if (attribute.name === 'accountStatus') return single(raw('lower(r.account_status)'));
  return context.type.name === 'Group' ? groupSource(context, attribute.name) : undefined;
}

function groupSource({ dialect }: CompileContext, name: string): ValueSource | undefined {
  if (name === 'kind') return single(raw('r.kind'));
  if (name === 'shortName') return single(raw('r.short_name'));
  if (name === 'urn') return single(raw('r.urn'));
  if (name !== 'parent') return undefined;
  const parent = `select ${dialect.idText('c.collaboration_id')} from collaboration_groups c`;
  return single(raw(`(${parent} where c.client_id = :client and c.id = r.id)`));
}

const unitNames: Rows = {
  kind: 'rows',
  from: raw('unit_sets s join units e on e.client_id = :client and e.id = s.unit_id'),
  // An ended unit is no longer shown.
  where: raw('s.client_id = :client and s.unit_set = r.unit_set and e.ended_at is null'),
  order: 'e.name_key',
  column: () => ({ kind: 'text', text: raw('e.name_key') }),
};

/** The roles that were granted out of what the client has licensed; the other grants sleep. */
function licensedRoles({ dialect }: CompileContext): Rows {
  return {
    kind: 'rows',
    from: raw(dialect.elements('r.search', ['roles'], 'e')),
    where: raw(isLicensed(grantedRole(dialect))),
    order: `${dialect.jsonBoolean('e.value', ['primary'])} desc nulls last, e.key`,
    column: (sub) => ({ kind: 'json', json: 'e.value', keys: sub === undefined ? [] : [sub.name] }),
  };
}

// The client is active, or nobody could ask; so it is the person and the roles who decide: the one granted, and the one that it
// is or contains.
function effectiveRoles({ dialect }: CompileContext): Rows {
  const grants = dialect.elements('r.search', ['roles'], 'e');
  const isInForce = (key: string) => isLicensed(key, 'o.active = 1 and ');
  return {
    kind: 'rows',
    from: raw(`${grants} join role_inclusions i on i.role_key = ${grantedRole(dialect)}`),
    where: raw(`r.active = 1 and ${isInForce('i.role_key')} and ${isInForce('i.included_key')}`),
    order: 'i.distance, e.key, i.included_key',
    column: () => ({ kind: 'text', text: raw('i.included_key') }),
  };
}

function grantedRole(dialect: Dialect): string {
  return dialect.jsonText('e.value', ['value']);
}

function isLicensed(key: string, condition = ''): string {
  return `exists (select 1 from roles o left join client_roles l on l.client_id = :client and l.role_key = o.name_key where o.name_key = ${key} and ${condition}(o.built_in = 1 or l.role_key is not null))`;
}

function documentSource({ dialect }: CompileContext, path: AttributePath): ValueSource {
  const { extension, attribute, subAttribute } = path;
  const keys = extension === undefined ? [attribute.name] : [extension, attribute.name];
  if (!attribute.multiValued) {
    const all = subAttribute === undefined ? keys : [...keys, subAttribute.name];
    return { kind: 'single', column: { kind: 'json', json: 'r.search', keys: all } };
  }
  const primary = attribute.subAttributes.has('primary')
    ? `${dialect.jsonBoolean('e.value', ['primary'])} desc nulls last, `
    : '';
  return {
    kind: 'rows',
    from: raw(dialect.elements('r.search', keys, 'e')),
    where: undefined,
    order: `${primary}e.key`,
    column: (sub) => ({ kind: 'json', json: 'e.value', keys: sub === undefined ? [] : [sub.name] }),
  };
}

function single(text: Sql): ValueSource {
  return { kind: 'single', column: { kind: 'text', text } };
}

function constant(value: string): ValueSource {
  return { kind: 'options', options: [{ value, when: undefined }] };
}
