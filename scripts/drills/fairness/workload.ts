import { personId, personKeys } from '../../../test/support/staff.js';
import { patchBody, userBody } from '../../../test/support/scim.js';
import type { DrillRequest } from '../drill-client.js';

const scattered = (sequence: number, users: number) => (sequence * 7_919) % users;

const filtered = (filter: string) => `/scim/v2/Users?filter=${encodeURIComponent(filter)}`;

/** What a client asks for in the course of a day: reads, look-ups, changes and the first page of a list. */
export function everydayWork(users: number): (sequence: number) => DrillRequest {
  return (sequence) => {
    const person = scattered(sequence, users);
    switch (sequence % 4) {
      case 0:
        return { method: 'GET', path: `/scim/v2/Users/${personId(person)}` };
      case 1:
        return { method: 'GET', path: filtered(`userName eq "${personKeys(person).userName}"`) };
      case 2:
        return { method: 'PATCH', path: `/scim/v2/Users/${personId(person)}`, body: title(`Title ${sequence}`) };
      default:
        return { method: 'GET', path: '/scim/v2/Users?count=20' };
    }
  };
}

const title = (value: string) => patchBody({ op: 'replace', path: 'title', value });

/** What costs a server most: writes, filters that look at everybody, long pages. */
export function heavyWork(users: number, name: string): (sequence: number) => DrillRequest {
  const everyday = everydayWork(users);
  return (sequence) => {
    switch (sequence % 10) {
      case 0:
      case 1:
      case 2:
        return { method: 'POST', path: '/scim/v2/Users', body: userBody(`${name}-${sequence}@noise.example`) };
      case 3:
        return { method: 'GET', path: filtered(`title co "nobody ${sequence}"`) };
      case 4:
        return { method: 'GET', path: '/scim/v2/Users?count=100' };
      default:
        return everyday(sequence);
    }
  };
}

/** A Bulk of 1,000 creates. */
export function bulkWork(name: string): (sequence: number) => DrillRequest {
  return (sequence) => ({
    method: 'POST',
    path: '/scim/v2/Bulk',
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: 1_000 }, (_, index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${index}`,
        data: userBody(`${name}-${sequence}-${index}@noise.example`),
      })),
    },
  });
}
