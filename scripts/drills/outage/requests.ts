import { filtered, groupBody, patchBody, userBody } from '../../../test/support/scim.js';
import { personId, personKeys, staffGroupId } from '../../../test/support/staff.js';
import type { DrillRequest } from '../drill-client.js';

/** A request, and the status that it has while all is well. */
export interface ExpectedRequest {
  readonly kind: 'read' | 'write' | 'Bulk';
  readonly status: number;
  readonly request: DrillRequest;
}

type Make = (number: number) => ExpectedRequest;

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

function read(path: string): ExpectedRequest {
  return { kind: 'read', status: 200, request: { method: 'GET', path } };
}

function write(status: number, method: DrillRequest['method'], path: string, body?: object): ExpectedRequest {
  return { kind: 'write', status, request: { method, path, ...(body === undefined ? {} : { body }) } };
}

function newcomer(number: number): string {
  return `outage-${number}@acme.example`;
}

function bulk(number: number): object {
  const operations = [1, 2, 3].map((part) => ({
    method: 'PATCH',
    path: `/Users/${personId(part)}`,
    data: patchBody({ op: 'replace', path: 'title', value: `bulk ${number} ${part}` }),
  }));
  return { schemas: [bulkSchema], Operations: operations };
}

const user = (number: number) => `/scim/v2/Users/${personId(number % 20)}`;
const group = `/scim/v2/Groups/${staffGroupId(0)}`;

/** What goes on in an outage: everything that a provider does, again and again, no write twice. */
const makers: readonly Make[] = [
  (number) => read(user(number)),
  (number) => read(filtered('/scim/v2/Users', `userName eq "${personKeys(number % 20).userName}"`)),
  () => read('/scim/v2/Users?count=10'),
  () => read('/scim/v2/Users?count=5&sortBy=title&filter=title%20pr'),
  () => read(group),
  () => read('/scim/v2/Groups?attributes=displayName'),
  () => read('/api/v1/units'),
  () => read('/api/v1/audit?count=5'),
  (number) => write(201, 'POST', '/scim/v2/Users', userBody(newcomer(number), { title: `new ${number}` })),
  (number) => write(200, 'PATCH', user(number), patchBody({ op: 'replace', path: 'title', value: `title ${number}` })),
  (number) => write(200, 'PUT', user(number), userBody(personKeys(number % 20).userName, { title: `whole ${number}` })),
  (number) => write(200, 'PATCH', group, patchBody({ op: 'replace', path: 'externalId', value: `group ${number}` })),
  (number) => write(201, 'POST', '/scim/v2/Groups', groupBody(`Outage ${number}`)),
  (number) => ({ ...write(200, 'POST', '/scim/v2/Bulk', bulk(number)), kind: 'Bulk' }),
  (number) => write(201, 'POST', '/api/v1/units', { name: `Unit ${number}` }),
  () => write(201, 'POST', '/api/v1/tokens', { description: 'in an outage' }),
];

const reads = makers.filter((make) => make(0).kind === 'read');
const writes = makers.filter((make) => make(0).kind !== 'read');

/** The `number`-th request that reads, or that writes. */
export function requestAt(number: number, what: 'reads' | 'writes'): ExpectedRequest {
  const ofKind = what === 'reads' ? reads : writes;
  const make = ofKind[number % ofKind.length];
  if (make === undefined) throw new Error('there are requests');
  return make(number);
}
