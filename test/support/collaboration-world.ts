import { randomUUID } from 'node:crypto';
import type { Muster, Response } from './muster.js';
import { callerOf, musterGroupUrn, musterUserUrn, userBody, type Caller, type ScimBody } from './scim.js';

/** What tests read from an answer about collaborations; what is not there is undefined, and then the test says so. */
export interface ApiBody {
  readonly id: string;
  readonly name: string;
  readonly shortName: string;
  readonly urn: string;
  readonly units: readonly string[];
  readonly status: string;
  readonly role: string;
  readonly code: string;
  readonly detail: string;
  readonly expiresAt: string;
  readonly email: string;
  readonly groups: readonly { readonly id: string }[];
  readonly collaborations: readonly ApiBody[];
  readonly collaborationsCount: number;
  readonly length: number;
  readonly [name: string]: unknown;
}

/** The requests of one token below `/api/v1`. */
export type ApiCaller = (method: string, path: string, body?: unknown) => Promise<Response<ApiBody>>;

/** One token, on both surfaces. */
export interface Holder {
  readonly scim: Caller;
  readonly api: ApiCaller;
}

/** A client named `Acme…` with the units Support and Research, and a token of each kind. */
export interface CollaborationWorld {
  readonly client: string;
  readonly admin: Holder;
  readonly support: Holder;
  readonly research: Holder;
  /** Adds a person in these units, in none unless given. */
  person(...units: readonly string[]): Promise<ScimBody>;
  /** Adds a collaboration by the administrator. */
  collaboration(more?: object): Promise<ApiBody>;
  /** A personal token. */
  holderFor(user: string): Promise<Holder>;
}

/** The requests of one token. */
export function holderOf(muster: Muster, token: string): Holder {
  return {
    scim: callerOf(muster, token),
    api: (method, path, body) =>
      muster.request<ApiBody>(method, muster.apiUrl + path, { token, ...(body === undefined ? {} : { body }) }),
  };
}

/** An instant that has passed, and one to come: ISO 8601 UTC. */
export const past = '2020-01-01T00:00:00.000Z';
export const future = '2099-01-01T00:00:00.000Z';

/** Makes a client to work in. */
export async function collaborationWorld(muster: Muster, name = `Acme ${randomUUID()}`): Promise<CollaborationWorld> {
  const client = await muster.createClient(name);
  for (const unit of ['Support', 'Research']) await muster.createUnit(client, unit);
  const holder = async (wish: object) => holderOf(muster, (await muster.createToken({ client, ...wish })).token);
  const admin = await holder({ access: 'admin' });
  return {
    client,
    admin,
    support: await holder({ units: ['Support'] }),
    research: await holder({ units: ['Research'] }),
    person: (...units) => {
      const extension = units.length === 0 ? {} : { [musterUserUrn]: { units } };
      return admin.scim.create('/Users', userBody(`${randomUUID()}@example.com`, extension));
    },
    collaboration: async (more = {}) => {
      const body = { name: `Team ${randomUUID()}`, units: ['Support'], ...more };
      return expectStatus(201, await admin.api('POST', '/collaborations', body));
    },
    holderFor: (user) => holder({ user }),
  };
}

/** The body of an answer that must have this status. */
export function expectStatus<Body>(status: number, answer: Response<Body>): Body {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
  return answer.body;
}

/** The body of a SCIM group of a collaboration. */
export function insideBody(parent: string, displayName: string, more: object = {}, top: object = {}): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group', musterGroupUrn],
    displayName,
    [musterGroupUrn]: { kind: 'collaboration-group', parent, ...more },
    ...top,
  };
}
