import { filtered, groupBody, patchBody, userBody } from '../../../test/support/scim.js';
import { randomNumbers } from '../../../test/support/random-order.js';
import { idIn, versionOf, type Answer, type DrillRequest } from '../drill-client.js';
import type { Change, Content, Operation, Reading } from './operation.js';

/** A userName, or the displayName of a group: what bears it is one resource of the history, also when it comes and goes. */
export class Slot {
  readonly type: 'User' | 'Group';
  readonly name: string;
  readonly operations: Operation[] = [];
  readonly ids = new Set<string>();
  id: string | undefined;
  /** The version that was seen last. */
  version = 0;
  isGone = true;

  constructor(type: 'User' | 'Group', name: string) {
    this.type = type;
    this.name = name;
  }

  /** What an answer tells those who ask next. */
  learn(answer: Answer, change: Change | undefined): void {
    const [id, version] = [idIn(answer.headers['location']), versionOf(answer.headers['etag'])];
    if (answer.status === 404 || (change?.kind === 'delete' && answer.status === 204)) this.isGone = true;
    if (id === undefined || version === undefined || answer.status >= 300) return;
    this.id = id;
    this.ids.add(id);
    this.version = version;
    this.isGone = false;
  }
}

/** What to ask. */
export interface Ask {
  readonly slot: Slot;
  /** Undefined for a POST, and for a look-up by name. */
  readonly id: string | undefined;
  readonly change: Change | undefined;
  readonly ifMatch: number | undefined;
}

const userValues = ['title', 'nickName', 'displayName'];
const groupValues = ['externalId'];

/** Chooses at random what a client asks next. */
export class Asker {
  readonly #random: () => number;
  readonly #slots: readonly Slot[];
  readonly #people: readonly string[];
  #markers = 0;

  constructor(seed: number, slots: readonly Slot[], people: readonly string[]) {
    this.#random = randomNumbers(seed);
    this.#slots = slots;
    this.#people = people;
  }

  /** A number from 0 to 1. */
  random(): number {
    return this.#random();
  }

  next(): Ask {
    const slot = this.#pick(this.#slots);
    const change = this.#change(slot);
    const isByName = change?.kind === 'create' || (change === undefined && this.#random() < 0.4);
    const id = isByName ? undefined : slot.id;
    return { slot, id, change, ifMatch: this.#ifMatch(slot, change) };
  }

  #change(slot: Slot): Change | undefined {
    const roll = this.#random();
    if (slot.id === undefined || (slot.isGone ? roll < 0.6 : roll < 0.04)) return this.#whole(slot, 'create');
    if (roll < 0.28) return undefined;
    if (roll < 0.33) return { kind: 'delete' };
    if (roll < 0.6) return this.#whole(slot, 'replace');
    if (slot.type === 'User' || this.#random() < 0.3)
      return { kind: 'set', name: this.#pick(slot.type === 'User' ? userValues : groupValues), value: this.#marker() };
    return { kind: this.#random() < 0.6 ? 'add' : 'remove', member: this.#pick(this.#people) };
  }

  #whole({ type }: Slot, kind: 'create' | 'replace'): Change {
    const values =
      type === 'User' ? { title: this.#marker(), nickName: this.#marker() } : { externalId: this.#marker() };
    const members = type === 'User' ? [] : this.#people.filter(() => this.#random() < 0.2);
    return { kind, values, members };
  }

  /** Every PUT names a version, as do some of the others; now and then one that is known to be old. */
  #ifMatch({ version }: Slot, change: Change | undefined): number | undefined {
    if (change === undefined || change.kind === 'create') return undefined;
    if (change.kind !== 'replace' && this.#random() < 0.7) return undefined;
    return this.#random() < 0.1 && version > 1 ? version - 1 : version;
  }

  #marker(): string {
    return `h${++this.#markers}-${Math.floor(this.#random() * 1e9)}`;
  }

  #pick<Item>(items: readonly Item[]): Item {
    // The place is one of the list, which is never empty.
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}

/** The request that asks for it. */
export function requestOf({ slot, id, change, ifMatch }: Ask): DrillRequest {
  const path = `/scim/v2/${slot.type}s${id === undefined ? '' : `/${id}`}`;
  const version = ifMatch === undefined ? {} : { 'if-match': `W/"${ifMatch}"` };
  // A PUT may take many members out of a group at once, and means it.
  const headers = { ...version, 'x-muster-confirm': 'mass-leavers' };
  switch (change?.kind) {
    case undefined:
      return { method: 'GET', path: id === undefined ? lookUp(slot) : path };
    case 'delete':
      return { method: 'DELETE', path, headers };
    case 'create':
      return { method: 'POST', path, headers, body: bodyOf(slot, change) };
    case 'replace':
      return { method: 'PUT', path, headers, body: bodyOf(slot, change) };
    case 'set':
      return {
        method: 'PATCH',
        path,
        headers,
        body: patchBody({ op: 'replace', path: change.name, value: change.value }),
      };
    case 'add':
      return {
        method: 'PATCH',
        path,
        headers,
        body: patchBody({ op: 'add', path: 'members', value: [{ value: change.member }] }),
      };
    case 'remove':
      return {
        method: 'PATCH',
        path,
        headers,
        body: patchBody({ op: 'remove', path: `members[value eq "${change.member}"]` }),
      };
  }
}

function lookUp({ type, name }: Slot): string {
  const attribute = type === 'User' ? 'userName' : 'displayName';
  return filtered(`/scim/v2/${type}s`, `${attribute} eq "${name}"`);
}

function bodyOf({ type, name }: Slot, { values, members }: Extract<Change, { kind: 'create' | 'replace' }>): object {
  if (type === 'User') return userBody(name, values);
  return groupBody(name, { ...values, members: members.map((value) => ({ value })) });
}

/** What an answer says. */
export function readingOf(answer: Answer, { change, slot, id }: Ask): Reading {
  const { status, headers, body } = answer;
  if (change === undefined && id === undefined) return foundIn(slot, answer);
  if (status === 404) return { kind: 'absent' };
  if (status === 412) return { kind: 'mismatch' };
  if (status === 409 && change?.kind === 'create') return { kind: 'taken' };
  if (status === 204 && change?.kind === 'delete') return { kind: 'done' };
  const version = versionOf(headers['etag']);
  const isRight = status === (change?.kind === 'create' ? 201 : 200);
  if (!isRight || version === undefined || body === undefined) return { kind: 'other', status };
  return { kind: 'seen', version, content: contentOf(slot, body) };
}

/** What a look-up has found. */
function foundIn(slot: Slot, { status, body }: Answer): Reading {
  // A page of resources, each with its version (RFC 7644 §3.4.2).
  const resources = (body?.['Resources'] ?? []) as readonly { readonly meta: { readonly version: string } }[];
  const [resource] = resources;
  if (status !== 200 || resources.length > 1) return { kind: 'other', status };
  if (resource === undefined) return { kind: 'absent' };
  const version = versionOf(resource.meta.version);
  return version === undefined
    ? { kind: 'other', status }
    : { kind: 'seen', version, content: contentOf(slot, { ...resource }) };
}

function contentOf({ type }: Slot, body: NonNullable<Answer['body']>): Content {
  const names = type === 'User' ? userValues : groupValues;
  const values = names.flatMap((name) => (body[name] === undefined ? [] : [[name, textOfValue(body[name])] as const]));
  // What a group shows of its members (RFC 7643 §4.2).
  const members = (body['members'] ?? []) as readonly { readonly value: string }[];
  return { values: Object.fromEntries(values), members: new Set(members.map(({ value }) => value)) };
}

function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
