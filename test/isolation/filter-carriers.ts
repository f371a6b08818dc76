import type { Attribute, AttributeMap } from '../../src/schema/attribute.js';
import type { ResourceType } from '../../src/schema/resource-type.js';
import { filtered } from '../support/scim.js';
import { scim, type Carrier } from './carriers.js';

const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** The paths of all attributes that hold texts, as a filter writes them. */
function filterPaths(type: ResourceType): readonly string[] {
  return [
    ...texts(type.common, ''),
    ...texts(type.core.attributes, ''),
    ...type.extensions.flatMap(({ id, attributes }) => texts(attributes, `${id}:`)),
  ];
}

function texts(attributes: AttributeMap, prefix: string): readonly string[] {
  return [...attributes.values()].flatMap((attribute) => {
    if (attribute.type === 'complex') return texts(attribute.subAttributes, `${prefix}${attribute.name}.`);
    return isFiltered(attribute) ? [prefix + attribute.name] : [];
  });
}

function isFiltered({ type, returned }: Attribute): boolean {
  return (type === 'string' || type === 'reference') && returned !== 'never';
}

/** Every attribute that holds texts, in filters. */
export function filterCarriers(type: ResourceType): readonly Carrier[] {
  const paths = filterPaths(type);
  const values = ['user', 'group', 'unitName', 'userName', 'client'];
  const isNaming = (path: string) =>
    /\b(id|value|\$ref|location|display|displayName|userName|externalId|clientId|units|employeeNumber|openId|urn)$/.test(
      path,
    );
  const forms = (path: string): readonly ((value: string) => string)[] => [
    (value) => `${path} eq "${value}"`,
    ...(isNaming(path)
      ? [
          (value: string) => `not (${path} co "${value}")`,
          (value: string) => `${path} sw "${value}" or ${path} ew "${value}"`,
        ]
      : []),
  ];
  const made = [
    ...paths.flatMap((path) =>
      forms(path).map((form) =>
        scim(`filter ${type.endpoint} ${form('…')}`, isNaming(path) ? values : ['user'], ({ value }) => ({
          method: 'GET',
          path: `${filtered(type.endpoint, form(value))}&count=2`,
        })),
      ),
    ),
    ...['groups', 'members', 'emails', 'roles'].map((list) =>
      scim(`filter ${type.endpoint} ${list}[value eq …]`, values, ({ value }) => ({
        method: 'GET',
        path: `${filtered(type.endpoint, `${list}[value eq "${value}"]`)}&count=2`,
      })),
    ),
    ...[`${type.endpoint}/.search`, '/.search'].map((path) =>
      scim(`POST ${path} for ${type.name}`, values, ({ value }) => ({
        method: 'POST',
        path,
        body: { schemas: [searchUrn], filter: `id eq "${value}" or externalId eq "${value}"` },
      })),
    ),
  ];
  return made.map((carrier) => ({ ...carrier, isVariation: true }));
}
