import { catalogueTypes, resourceTypes, type ResourceType } from '../../src/schema/resource-type.js';
import { bulkRequestUrn } from '../support/bulk.js';
import { enterpriseUrn, groupBody, musterGroupUrn, musterUserUrn, patchBody, userBody } from '../support/scim.js';
import { header, scim, type Carrier, type Own, type WireRequest } from './carriers.js';
import { filterCarriers } from './filter-carriers.js';
import { freshText } from './routes.js';
import type { Subject } from './world.js';

const kindOf = ({ name }: ResourceType) => name.toLowerCase();

function bodyOf(type: ResourceType, more: object = {}): object {
  return type.name === 'User' ? userBody(freshText, more) : groupBody(freshText, more);
}

const rename = patchBody({ op: 'add', path: 'displayName', value: freshText });

function pathCarriers(type: ResourceType): readonly Carrier[] {
  const versions = ['*', 'W/"1"', 'W/"999"'];
  const requests: readonly Omit<WireRequest, 'path'>[] = [
    { method: 'GET' },
    { method: 'HEAD' },
    { method: 'GET', headers: { 'If-None-Match': 'W/"1"' } },
    { method: 'PUT', body: bodyOf(type) },
    { method: 'PATCH', body: rename },
    { method: 'PATCH', body: patchBody({ op: 'replace', path: 'active', value: false }) },
    { method: 'PATCH', body: patchBody({ op: 'remove', path: type.name === 'User' ? 'roles' : 'members' }) },
    { method: 'DELETE' },
    ...versions.flatMap((version) => [
      { method: 'PUT', body: bodyOf(type), headers: { 'If-Match': version } },
      { method: 'PATCH', body: rename, headers: { 'If-Match': version } },
      { method: 'DELETE', headers: { 'If-Match': version } },
    ]),
  ];
  return ['', '?attributes=meta,groups.display', '?excludedAttributes=members'].flatMap((query, index) =>
    requests.slice(0, index === 0 ? undefined : 5).flatMap((request): Carrier[] => {
      const title = `${request.method} ${type.endpoint}/{id}${query} ${JSON.stringify(request.headers ?? {})} ${JSON.stringify(request.body ?? '').slice(-60)}`;
      const kinds = type.name === 'Group' ? ['group', 'collaboration'] : ['user'];
      const carrier = scim(title, kinds, ({ value }) => ({ ...request, path: `${type.endpoint}/${value}${query}` }));
      const named: Carrier = {
        ...carrier,
        title: `${title} with X-Muster-Client`,
        isVariation: true,
        isForOperators: true,
        request: (subject) => ({
          ...request,
          path: `${type.endpoint}/${subject.value}${query}`,
          headers: { ...request.headers, ...header(subject) },
        }),
      };
      return [
        { ...carrier, isVariation: index > 0, takesAnyId: index === 0 && request.headers === undefined },
        ...(index === 0 ? [named] : []),
      ];
    }),
  );
}

const bulk = (...Operations: readonly object[]): WireRequest => ({
  method: 'POST',
  path: '/Bulk',
  body: { schemas: [bulkRequestUrn], Operations },
});

function bulkCarriers(type: ResourceType): readonly Carrier[] {
  const kinds = [kindOf(type)];
  const at = (value: string) => `${type.endpoint}/${value}`;
  return [
    scim(`Bulk DELETE ${type.endpoint}`, kinds, ({ value }) => bulk({ method: 'DELETE', path: at(value) })),
    scim(`Bulk DELETE ${type.endpoint} with version`, kinds, ({ value }) =>
      bulk({ method: 'DELETE', path: at(value), version: 'W/"1"' }),
    ),
    scim(`Bulk PUT ${type.endpoint}`, kinds, ({ value }) =>
      bulk({ method: 'PUT', path: at(value), data: bodyOf(type) }),
    ),
    scim(`Bulk PATCH ${type.endpoint}`, kinds, ({ value }) => bulk({ method: 'PATCH', path: at(value), data: rename })),
    scim(`Bulk bulkId: in the path of ${type.endpoint}`, kinds, ({ value }) =>
      bulk({ method: 'PATCH', path: at(`bulkId:${value}`), data: rename }),
    ),
    scim(`Bulk bulkId of a POST to ${type.endpoint}`, kinds, ({ value }) =>
      bulk({ method: 'POST', path: type.endpoint, bulkId: value, data: bodyOf(type) }),
    ),
    scim(`Bulk bulkId: as a member beside ${type.endpoint}`, kinds, ({ value }) =>
      bulk({
        method: 'POST',
        path: '/Groups',
        bulkId: 'a',
        data: groupBody(freshText, { members: [{ value: `bulkId:${value}` }] }),
      }),
    ),
    scim(`Bulk data with the member of ${type.endpoint}`, kinds, ({ value }) =>
      bulk({ method: 'POST', path: '/Groups', bulkId: 'a', data: groupBody(freshText, { members: [{ value }] }) }),
    ),
  ];
}

function catalogueCarriers(type: { readonly endpoint: string }): readonly Carrier[] {
  return [
    scim(`GET ${type.endpoint}/{id}`, ['user', 'group', 'client'], ({ value }) => ({
      method: 'GET',
      path: `${type.endpoint}/${value}`,
    })),
    {
      ...scim(`GET ${type.endpoint} X-Muster-Client`, ['client', 'clientName'], ({ value }) => ({
        method: 'GET',
        path: type.endpoint,
        headers: { 'X-Muster-Client': value },
      })),
      isForOperators: true,
    },
  ];
}

function memberCarriers(): readonly Carrier[] {
  const kinds = ['user', 'group', 'collaboration'];
  const members = (value: string, more: object = {}) => ({ members: [{ value, ...more }] });
  const operations: readonly ((id: string) => object)[] = [
    (id) => ({ op: 'add', path: 'members', value: [{ value: id }] }),
    (id) => ({ op: 'add', value: { members: [{ value: id }] } }),
    (id) => ({ op: 'replace', path: 'members', value: [{ value: id }] }),
    (id) => ({ op: 'remove', path: `members[value eq "${id}"]` }),
    (id) => ({ op: 'remove', path: 'members', value: [{ value: id }] }),
    (id) => ({ op: 'replace', path: `members[value eq "${id}"].value`, value: id }),
  ];
  return [
    scim('POST /Groups members.value', kinds, ({ value }) => post('/Groups', groupBody(freshText, members(value)))),
    scim('POST /Groups members.$ref', kinds, ({ value }) =>
      post('/Groups', groupBody(freshText, members(value, { $ref: `../Users/${value}`, type: 'User' }))),
    ),
    scim('PUT /Groups/{own} members.value', kinds, ({ value }, own) => ({
      method: 'PUT',
      path: `/Groups/${own('group')}`,
      body: groupBody(freshText, members(value)),
    })),
    ...operations.flatMap((operation, index) => [
      scim(`PATCH /Groups/{own} members ${index}`, kinds, ({ value }, own) => ({
        method: 'PATCH',
        path: `/Groups/${own('group')}`,
        body: patchBody(operation(value)),
      })),
      scim(`Bulk PATCH /Groups/{own} members ${index}`, kinds, ({ value }, own) =>
        bulk({ method: 'PATCH', path: `/Groups/${own('group')}`, data: patchBody(operation(value)) }),
      ),
    ]),
  ];
}

function managerCarriers(): readonly Carrier[] {
  const kinds = ['user', 'group'];
  const person = (manager: object) => userBody(freshText, { [enterpriseUrn]: { manager } });
  const patched =
    (...operations: readonly ((value: string) => object)[]) =>
    ({ value }: Subject, own: Own) => ({
      method: 'PATCH',
      path: `/Users/${own('user')}`,
      body: patchBody(...operations.map((operation) => operation(value))),
    });
  return [
    scim('POST /Users manager.value', kinds, ({ value }) => post('/Users', person({ value }))),
    scim('POST /Users manager.$ref', kinds, ({ value }) =>
      post('/Users', person({ value, $ref: `../Users/${value}` })),
    ),
    scim('POST /Users id', kinds, ({ value }) => post('/Users', userBody(freshText, { id: value }))),
    scim('POST /Users clientId', ['client'], ({ value }) =>
      post('/Users', userBody(freshText, { [musterUserUrn]: { clientId: value } })),
    ),
    scim('POST /Users groups', kinds, ({ value }) => post('/Users', userBody(freshText, { groups: [{ value }] }))),
    scim(
      'PATCH /Users/{own} manager',
      kinds,
      // Taken back at once: answers to other requests show the person too.
      patched(
        (value) => ({ op: 'add', path: `${enterpriseUrn}:manager`, value: { value } }),
        () => ({ op: 'remove', path: `${enterpriseUrn}:manager` }),
      ),
    ),
    scim(
      'PATCH /Users/{own} groups',
      kinds,
      patched((value) => ({ op: 'add', path: 'groups', value: [{ value }] })),
    ),
    scim(
      'PATCH /Users/{own} id',
      kinds,
      patched((value) => ({ op: 'replace', path: 'id', value })),
    ),
    scim(
      'PATCH /Users/{own} groups[value eq]',
      kinds,
      patched((value) => ({ op: 'remove', path: `groups[value eq "${value}"]` })),
    ),
    scim(
      'PATCH /Users/{own} emails[value eq]',
      kinds,
      patched((value) => ({ op: 'remove', path: `emails[value eq "${value}"]` })),
    ),
    scim(
      'PATCH /Users/{own} clientId',
      ['client'],
      patched((value) => ({ op: 'replace', path: `${musterUserUrn}:clientId`, value })),
    ),
  ];
}

/** The person of a personal token, who would refer to others. */
function ownCarriers(): readonly Carrier[] {
  const kinds = ['user', 'group'];
  const manager = (value: string) => ({ [enterpriseUrn]: { manager: { value } } });
  return [
    scim('PUT /Me manager', kinds, ({ value }) => ({
      method: 'PUT',
      path: '/Me',
      body: userBody(freshText, manager(value)),
    })),
    scim('PATCH /Me manager', kinds, ({ value }) => ({
      method: 'PATCH',
      path: '/Me',
      body: patchBody({ op: 'add', value: manager(value) }),
    })),
    scim('PATCH /Me groups', kinds, ({ value }) => ({
      method: 'PATCH',
      path: '/Me',
      body: patchBody({ op: 'add', path: 'groups', value: [{ value }] }),
    })),
    scim('DELETE /Me?id=', kinds, ({ value }) => ({ method: 'DELETE', path: `/Me?id=${value}` })),
  ];
}

/** The collaboration in which a group is to lie. */
function parentCarriers(): readonly Carrier[] {
  const inside = (parent: string) =>
    groupBody(freshText, { [musterGroupUrn]: { kind: 'collaboration-group', parent } });
  return [
    scim('POST /Groups parent', ['collaboration', 'group'], ({ value }) => post('/Groups', inside(value))),
    scim('Bulk POST /Groups parent', ['collaboration', 'group'], ({ value }) =>
      bulk({ method: 'POST', path: '/Groups', bulkId: 'a', data: inside(value) }),
    ),
    scim('PATCH /Groups/{own} parent', ['collaboration'], ({ value }, own) => ({
      method: 'PATCH',
      path: `/Groups/${own('group')}`,
      body: patchBody({ op: 'replace', path: `${musterGroupUrn}:parent`, value }),
    })),
  ];
}

function unitCarriers(): readonly Carrier[] {
  const kinds = ['unit', 'unitName'];
  return resourceTypes.flatMap((type) => {
    const urn = type.name === 'User' ? musterUserUrn : musterGroupUrn;
    const own = type.name === 'User' ? 'user' : 'group';
    return [
      scim(`POST ${type.endpoint} units`, kinds, ({ value }) =>
        post(type.endpoint, bodyOf(type, { [urn]: { units: [value] } })),
      ),
      scim(`PATCH ${type.endpoint}/{own} units`, kinds, ({ value }, mine) => ({
        method: 'PATCH',
        path: `${type.endpoint}/${mine(own)}`,
        body: patchBody({ op: 'add', path: `${urn}:units`, value: [value] }),
      })),
    ];
  });
}

function queryCarriers(): readonly Carrier[] {
  const clients = ['client', 'clientName'];
  const discovery = ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes'];
  const foreign = [...resourceTypes.map(({ endpoint }) => endpoint), '/', '/Me', ...discovery].flatMap((path) => [
    scim(`GET ${path}?clientId=`, clients, ({ value }) => ({
      method: 'GET',
      path: `${path}?clientId=${encodeURIComponent(value)}`,
    })),
    {
      ...scim(`GET ${path} X-Muster-Client`, clients, ({ value }) => ({
        method: 'GET',
        path,
        headers: { 'X-Muster-Client': value },
      })),
      isForOperators: true,
    },
  ]);
  const cursor = (path: string) => (subject: Subject) => ({ method: 'GET', path: `${path}cursor=${subject.value}` });
  return [
    ...foreign,
    ...['/Schemas', '/ResourceTypes'].map((path) =>
      scim(`GET ${path}/{id}`, ['user', 'client'], ({ value }) => ({ method: 'GET', path: `${path}/${value}` })),
    ),
    ...['/Users/.search', '/Groups/.search', '/.search'].map((path) =>
      scim(`POST ${path} cursor`, ['userCursor', 'groupCursor'], ({ value }) =>
        post(path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count: 1, cursor: value }),
      ),
    ),
    scim('GET /Roles?cursor=', ['userCursor'], cursor('/Roles?count=1&')),
    scim('GET /Users?cursor=', ['userCursor'], cursor('/Users?count=1&')),
    scim('GET /Groups?cursor=', ['groupCursor', 'userCursor'], cursor('/Groups?count=1&')),
    scim('GET /audit?cursor=', ['auditCursor', 'userCursor'], cursor('api:/audit?count=1&')),
  ];
}

function post(path: string, body: object): WireRequest {
  return { method: 'POST', path, body };
}

/** Every way in which SCIM carries an id. */
export const scimCarriers: readonly Carrier[] = [
  ...resourceTypes.flatMap(pathCarriers),
  ...resourceTypes.flatMap(bulkCarriers),
  ...resourceTypes.flatMap(filterCarriers),
  ...catalogueTypes.flatMap(catalogueCarriers),
  ...memberCarriers(),
  ...managerCarriers(),
  ...unitCarriers(),
  ...ownCarriers(),
  ...parentCarriers(),
  ...queryCarriers(),
];

/** The endpoints that these carriers speak of. */
export const coveredTypes: readonly string[] = [...resourceTypes, ...catalogueTypes].map(({ endpoint }) => endpoint);
