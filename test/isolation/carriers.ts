import { base64, freshText, idRoutes, partsOf, type IdField, type IdRoute } from './routes.js';
import type { Subject } from './world.js';

/** A request, not yet sent. */
export interface WireRequest {
  readonly method: string;
  /** Below the SCIM base URL, or `api:` and a path below the companion API. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the caller has itself, by kind. */
export type Own = (kind: string) => string;

/** One way in which a request carries an id. */
export interface Carrier {
  /** The route or endpoint, and the place in it. */
  readonly title: string;
  /** The kinds of values that it carries; of these alone, or of any other kind of ids too. */
  readonly kinds: readonly string[];
  readonly takesAnyId: boolean;
  /** Whether it is another way to say what a carrier says: a few tokens and one subject of each kind are enough. */
  readonly isVariation: boolean;
  /** Whether an operator may name any client here, so that there is nothing to prove. */
  readonly isForOperators: boolean;
  request(subject: Subject, own: Own): WireRequest;
}

/** The header with which an operator would name the client of a subject. */
export const header = ({ client }: Subject) => ({ 'X-Muster-Client': client });

const freshId = '0190a0b0-0000-7000-8000-00000000feed';

/** Kinds whose values are no ids, by the name of the field that carries them. */
const valueKinds: Readonly<Record<string, readonly string[]>> = {
  openId: ['openId'],
  staffUniqueIds: ['employeeNumber'],
  objectId: ['object'],
  userName: ['userName'],
  code: ['code'],
};

const textsOf: Readonly<Record<string, readonly string[]>> = {
  unit: ['unit', 'unitName'],
  target: ['user', 'group', 'token', 'unit'],
  group: ['group', 'collaboration'],
};

/** Every way in which the companion API carries an id, from its route table. */
export const apiCarriers: readonly Carrier[] = idRoutes.flatMap((each) => [
  ...each.fields.flatMap((field) => fieldCarriers(each, field)),
  clientHeaderCarrier(each),
]);

function fieldCarriers(each: IdRoute, field: IdField): readonly Carrier[] {
  const { route, title } = each;
  // An id that the caller chooses is never another client's: what is registered under it is the caller's own.
  const isChosen = title === 'PUT /objects/{type}/{objectId}' && field.name === 'objectId';
  const kinds = isChosen ? [] : (valueKinds[field.name] ?? textsOf[field.kind] ?? [field.kind]);
  const carrier: Carrier = {
    title: `${title} ${field.part}.${field.steps.join('.')}`,
    kinds,
    takesAnyId: valueKinds[field.name] === undefined,
    isVariation: false,
    isForOperators: route.tenant === 'none' || field.kind === 'client',
    request: ({ value }, own) => apiRequest(each, own, { field, value }),
  };
  const named: Carrier = {
    ...carrier,
    title: `${carrier.title} with X-Muster-Client`,
    takesAnyId: false,
    isVariation: true,
    isForOperators: true,
    request: (subject, own) => ({ ...carrier.request(subject, own), headers: header(subject) }),
  };
  const head: Carrier = {
    ...carrier,
    title: `HEAD ${carrier.title}`,
    takesAnyId: false,
    isVariation: true,
    request: (subject, own) => ({ ...carrier.request(subject, own), method: 'HEAD' }),
  };
  return [carrier, named, ...(route.method === 'GET' ? [head] : [])];
}

/** A route with nothing of another client's but the header: on ids that nobody has, so that nothing is changed by the way. */
function clientHeaderCarrier(each: IdRoute): Carrier {
  const nowhere: Own = (kind) => (kind === 'openId' || kind === 'object' ? freshText : freshId);
  return {
    title: `${each.title} X-Muster-Client`,
    kinds: ['client', 'clientName'],
    takesAnyId: false,
    isVariation: false,
    isForOperators: true,
    request: ({ value }, own) => ({
      ...apiRequest(each, each.route.method === 'GET' ? own : nowhere),
      headers: { 'X-Muster-Client': value },
    }),
  };
}

function apiRequest(each: IdRoute, own: Own, given?: { readonly field: IdField; readonly value: string }): WireRequest {
  const { params, query, body } = partsOf(each, own, given);
  const path = each.route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const parameters = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  const search = new URLSearchParams(parameters).toString();
  return {
    method: each.route.method,
    path: `api:${path}${search === '' ? '' : `?${search}`}`,
    ...(body === undefined ? {} : { body }),
  };
}

/** In which texts a subject may come back to whoever sent it. */
export function echoesOf({ value, client }: Subject): readonly string[] {
  return [value, encodeURIComponent(value), base64(value), client];
}

/** A carrier of these kinds alone. */
export function scim(title: string, kinds: readonly string[], request: Carrier['request']): Carrier {
  return { title, kinds, takesAnyId: false, isVariation: false, isForOperators: false, request };
}
