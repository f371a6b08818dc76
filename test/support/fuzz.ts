import { routeTable } from '../../src/http/api/route-table.js';

/** One request of a fuzz run, below the root of the server. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What a fuzz run may name: ids that exist, ids of another client, and ids of nothing. */
export interface FuzzWorld {
  readonly ids: readonly string[];
}

type Random = () => number;

/** A seeded generator of numbers from 0 to 1 (mulberry32), so that a run can be repeated. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Where a request goes, and the methods that are for it. */
interface Target {
  readonly path: string;
  readonly methods: readonly string[];
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];
const scimTargets: readonly (readonly [string, ...string[]])[] = [
  ['/Users', 'GET', 'POST', 'POST'],
  ['/Groups', 'GET', 'POST', 'POST'],
  ['/Users/:id', 'GET', 'PUT', 'PATCH', 'PATCH'],
  ['/Groups/:id', 'GET', 'PUT', 'PATCH', 'PATCH'],
  ['/Users/:id', 'GET', 'HEAD', 'DELETE'],
  ['/Bulk', 'POST'],
  ['/.search', 'POST'],
  ['/Users/.search', 'POST'],
  ['/Groups/.search', 'POST'],
  ['/', 'GET'],
  ['/Me', 'GET', 'PATCH'],
  ['/Roles', 'GET'],
  ['/Schemas/:id', 'GET'],
  ['/ResourceTypes', 'GET'],
  ['/nope/:id', 'GET'],
];
const texts = [
  'a',
  'ß',
  'K',
  'İ',
  '😀',
  '\u202e',
  "' or 1=1 --",
  '%',
  '_',
  '"',
  '\\',
  '\u0000',
  '',
  ' ',
  '𝒜',
  '{{x}}',
  '<b>',
  'a'.repeat(300),
];
const attributes = [
  'userName',
  'name.familyName',
  'emails',
  'emails.value',
  'emails[type eq "work"].value',
  'active',
  'externalId',
  'id',
  'meta.lastModified',
  'members',
  'members.value',
  'displayName',
  'groups.value',
  'schemas',
  'password',
  'roles',
  'nope',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:ietf:params:scim:schemas:extension:muster:2.0:User:units',
  'x509Certificates.value',
  '__proto__',
  'constructor',
];
const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'pr', 'gt', 'ge', 'lt', 'le', 'EQ', 'zz'];
const likelyOperations: readonly object[] = [
  { op: 'replace', path: 'displayName', value: 'Ada' },
  { op: 'add', path: 'externalId', value: 'x' },
  { op: 'remove', path: 'externalId' },
  { op: 'add', path: 'emails', value: [{ value: 'a@x', type: 'work', primary: true }] },
  { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@x' },
  { op: 'remove', path: 'emails[primary eq true]' },
  { op: 'Replace', value: { active: 'True', 'name.givenName': 'A' } },
  { op: 'remove', path: 'members' },
];
const contentTypes = [
  'application/scim+json',
  'application/json',
  'application/scim+json; charset=utf-8',
  'text/plain',
  'application/xml',
];
const schemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
};

/** Makes requests that are mostly well formed and always a little wrong: shapes of the protocol with parts of others in them. */
export class Fuzzer {
  readonly #random: Random;
  readonly #world: FuzzWorld;

  constructor(seed: number, world: FuzzWorld) {
    this.#random = seededRandom(seed);
    this.#world = world;
  }

  /** The next request. */
  next(): FuzzRequest {
    const { methods: fitting, path } = this.#random() < 0.8 ? this.#scimTarget() : this.#apiTarget();
    const method = this.#pick(this.#random() < 0.9 ? fitting : methods);
    const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) || this.#random() < 0.05;
    const body = hasBody ? this.#broken(JSON.stringify(this.#body(path))) : undefined;
    return { method, path, headers: this.#headers(hasBody), body };
  }

  #pick<Item>(items: readonly Item[]): Item {
    const place = Math.floor(this.#random() * items.length);
    // The place is one of the list, which is never empty.
    return items[place] as Item;
  }

  #id(): string {
    return this.#random() < 0.85 ? this.#pick(this.#world.ids) : encodeURIComponent(this.#pick(texts)) || 'x';
  }

  #scimTarget(): Target {
    const [endpoint, ...fitting] = this.#pick(scimTargets);
    const path = endpoint.replace(':id', () => this.#id());
    return { path: `/scim/v2${path}${this.#query()}`, methods: fitting };
  }

  #apiTarget(): Target {
    const { path, method } = this.#pick(routeTable);
    const filled = path.replaceAll(/\{\w+\}/g, () => this.#id());
    return { path: `/api/v1${filled}${this.#random() < 0.3 ? this.#query() : ''}`, methods: [method] };
  }

  #query(): string {
    if (this.#random() < 0.4) return '';
    const parameters = new URLSearchParams();
    if (this.#random() < 0.6) parameters.set('filter', this.#filter(3));
    if (this.#random() < 0.3)
      parameters.set('count', this.#pick(['0', '1', '-1', '1e9', '99999999999999999999', 'x', '5']));
    if (this.#random() < 0.2) parameters.set('startIndex', this.#pick(['0', '1', '-5', '1000000', 'x']));
    if (this.#random() < 0.2) parameters.set('sortBy', this.#pick(attributes));
    if (this.#random() < 0.1) parameters.set('sortOrder', this.#pick(['ascending', 'descending', 'up']));
    if (this.#random() < 0.2) parameters.set('attributes', `${this.#pick(attributes)},${this.#pick(attributes)}`);
    if (this.#random() < 0.1) parameters.set('excludedAttributes', this.#pick(attributes));
    if (this.#random() < 0.15) parameters.set('cursor', this.#pick(['', 'AAAA', 'x'.repeat(200)]));
    return `?${parameters.toString()}`;
  }

  #filter(depth: number): string {
    const roll = this.#random();
    if (depth === 0 || roll < 0.6) return this.#test();
    if (roll < 0.75) return `${this.#filter(depth - 1)} and ${this.#filter(depth - 1)}`;
    if (roll < 0.88) return `(${this.#filter(depth - 1)}) or not (${this.#filter(depth - 1)})`;
    return `emails[${this.#filter(depth - 1)}]`;
  }

  #test(): string {
    const operator = this.#pick(operators);
    const attribute = this.#pick(attributes);
    if (operator === 'pr') return `${attribute} pr`;
    const value = this.#pick([
      ...texts.map((text) => JSON.stringify(text)),
      'true',
      'null',
      '1',
      '-1.5e3',
      '"2024-01-01T00:00:00Z"',
      'bare',
      '"open',
    ]);
    return `${attribute} ${operator} ${value}`;
  }

  #value(depth: number): unknown {
    const roll = this.#random();
    if (depth === 0 || roll < 0.5)
      return this.#pick<unknown>([...texts, true, false, null, 0, -1, 1e308, 1.5, ...this.#world.ids.slice(0, 3)]);
    if (roll < 0.7) return [this.#value(depth - 1), this.#value(depth - 1)];
    return Object.fromEntries([
      [this.#pick(['value', 'type', 'primary', 'givenName', '$ref', ...attributes]), this.#value(depth - 1)],
      ['value', this.#value(0)],
    ]);
  }

  #body(path: string): unknown {
    if (this.#random() < 0.1) return this.#value(4);
    if (path.startsWith('/api'))
      return { name: this.#pick(texts), ids: [this.#id()], active: this.#value(0), userId: this.#id() };
    if (path.includes('/Bulk')) return this.#bulk();
    if (path.includes('.search'))
      return {
        schemas: [schemas.search],
        filter: this.#filter(2),
        count: this.#value(0),
        attributes: [this.#pick(attributes)],
      };
    return this.#random() < 0.5 ? this.#patch() : this.#resource(path);
  }

  #resource(path: string): object {
    const isGroup = path.includes('Groups');
    const name = `${this.#pick(texts)}${Math.floor(this.#random() * 50)}`;
    const isPlain = this.#random() < 0.5;
    const extra = isPlain ? {} : { [this.#pick(attributes).split('[')[0] ?? 'x']: this.#value(3) };
    const core = isGroup
      ? { displayName: name, members: [{ value: this.#id() }] }
      : { userName: name, active: isPlain ? this.#random() < 0.9 : this.#value(0) };
    return { schemas: [isGroup ? schemas.group : schemas.user], ...core, ...extra };
  }

  #patch(): object {
    const operation = () => ({
      op: this.#pick(['add', 'add', 'replace', 'replace', 'remove', 'remove', 'Add', 'move', null]),
      ...(this.#random() < 0.8
        ? { path: this.#pick([...attributes, `members[value eq "${this.#id()}"]`, 'emails[type eq "work"]']) }
        : {}),
      ...(this.#random() < 0.8 ? { value: this.#value(3) } : {}),
    });
    const likely = () => this.#pick(likelyOperations);
    const operations = this.#random() < 0.4 ? [likely(), likely()] : [operation(), operation()];
    return { schemas: [schemas.patch], Operations: operations };
  }

  #bulk(): object {
    const operation = () => ({
      method: this.#pick(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']),
      path: this.#pick(['/Users', '/Groups', `/Users/${this.#id()}`, `/Groups/${this.#id()}`, '/Users/bulkId:a', '/x']),
      bulkId: this.#pick(['a', 'b', 'ab', 1, undefined]),
      data: this.#random() < 0.5 ? this.#patch() : this.#resource(this.#pick(['/Users', '/Groups'])),
    });
    return {
      schemas: [schemas.bulk],
      failOnErrors: this.#pick([1, 2, 0, undefined]),
      Operations: [operation(), operation(), operation()],
    };
  }

  /** Now and then a body that is no JSON. */
  #broken(text: string): string {
    const roll = this.#random();
    if (roll < 0.92) return text;
    if (roll < 0.94) return text.slice(0, Math.floor(text.length / 2));
    if (roll < 0.96) return `${'['.repeat(500)}${text}`;
    if (roll < 0.98) return text.replace('{', '{"a":1,"A":2,');
    return '';
  }

  #headers(hasBody: boolean): Record<string, string> {
    return {
      ...(hasBody ? { 'content-type': this.#random() < 0.9 ? 'application/scim+json' : this.#pick(contentTypes) } : {}),
      ...(this.#random() < 0.1 ? { 'if-match': this.#pick(['*', 'W/"1"', '"x"', ',,', 'W/"999"']) } : {}),
      ...(this.#random() < 0.1 ? { 'if-none-match': this.#pick(['*', 'W/"1"']) } : {}),
      ...(this.#random() < 0.05 ? { accept: this.#pick(['*/*', 'text/html', 'application/json']) } : {}),
    };
  }
}

/** What is wrong with an answer, whatever was asked; undefined when nothing is. */
export function faultOf(
  { method, path }: FuzzRequest,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly text: string;
  },
): string | undefined {
  const { status, headers, text } = answer;
  // 501 is what RFC 7644 §3.11 asks for: the token stands for nobody.
  if (status >= 500 && status !== 501) return `status ${status}`;
  if (/<html|<!doctype|\n\s+at /i.test(text)) return 'HTML or a stack';
  if (status < 400 || text === '' || method === 'HEAD') return undefined;
  const type = headers['content-type'];
  const wanted = path.startsWith('/scim') ? 'application/scim+json' : 'application/problem+json';
  if (type !== wanted && !type?.startsWith(`${wanted};`)) return `content type ${type ?? 'none'}`;
  const body = JSON.parse(text) as { status?: unknown };
  return String(body.status) === String(status) ? undefined : 'the status in the body';
}
