import { enterpriseUrn, groupBody, patchBody, userBody } from '../../../test/support/scim.js';
import { personId, staffGroupId } from '../../../test/support/staff.js';
import { randomNumbers } from '../../../test/support/random-order.js';
import type { Tenant } from '../place.js';
import type { Write } from './attempts.js';

const recent = 150;

/** Makes writes at random, the same ones for the same seed as long as the same ones succeed. */
export class WriteMaker {
  readonly #random: () => number;
  readonly #users: string[];
  readonly #groups: string[];
  readonly #ownGroups: string[] = [];
  readonly #freeNames: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #prefix: string;
  #made = 0;

  constructor(seed: number, { users, groups }: Pick<Tenant, 'users' | 'groups'>) {
    this.#random = randomNumbers(seed);
    this.#prefix = `m${seed}-`;
    this.#users = Array.from({ length: Math.min(users, recent) }, (_, index) => personId(index));
    this.#groups = Array.from({ length: groups }, (_, index) => staffGroupId(index));
  }

  /** A number from 0 to 1, of the same sequence. */
  random(): number {
    return this.#random();
  }

  next(): Write {
    const roll = this.#random();
    if (roll < 0.25) return this.#createUser();
    if (roll < 0.5) return this.#write('PATCH', 'User', this.#user(), (marker) => this.#userPatch(marker));
    if (roll < 0.6) return this.#write('PUT', 'User', this.#user(), (marker) => this.#userWhole(marker));
    if (roll < 0.67) return this.#write('DELETE', 'User', this.#user(), () => undefined);
    if (roll < 0.71) return this.#write('POST', 'Group', undefined, (marker) => this.#groupWhole(marker));
    if (roll < 0.73 && this.#ownGroups.length > 0)
      return this.#write('DELETE', 'Group', this.#take(this.#ownGroups), () => undefined);
    return this.#write('PATCH', 'Group', this.#pick(this.#groups), (marker) => this.#groupPatch(marker));
  }

  /** A write was done: what it has made may be written to from now on. */
  learn({ method, type, id, body }: Write, made: string | undefined): void {
    if (method === 'POST' && made !== undefined) (type === 'User' ? this.#users : this.#ownGroups).push(made);
    if (method === 'POST' && type === 'User' && made !== undefined && body !== undefined && 'userName' in body)
      this.#names.set(made, String(body.userName));
    if (method !== 'DELETE' || id === undefined || type !== 'User') return;
    const name = this.#names.get(id);
    if (name !== undefined) this.#freeNames.push(name);
    const place = this.#users.indexOf(id);
    if (place !== -1) this.#users.splice(place, 1);
  }

  #write(
    method: Write['method'],
    type: Write['type'],
    id: string | undefined,
    body: (marker: string) => object | undefined,
  ): Write {
    const marker = `${this.#prefix}${++this.#made}`;
    return { marker, method, type, id, body: body(marker) };
  }

  /** Now and then somebody who has left comes back. */
  #createUser(): Write {
    const returning = this.#random() < 0.3 ? this.#freeNames.pop() : undefined;
    return this.#write('POST', 'User', undefined, (marker) => {
      const userName = returning ?? `${marker}@crash.example`;
      return userBody(userName, { title: marker, externalId: marker, emails: [{ value: userName, type: 'work' }] });
    });
  }

  #userPatch(marker: string): object {
    const active = this.#random() < 0.3 ? [{ op: 'replace', path: 'active', value: this.#random() < 0.5 }] : [];
    const department = { op: 'add', path: `${enterpriseUrn}:department`, value: `Department ${marker}` };
    return patchBody({ op: 'replace', path: 'title', value: marker }, ...active, department);
  }

  #userWhole(marker: string): object {
    const emails = [
      { value: `${marker}@crash.example`, type: 'work' },
      { value: `${marker}@home.example`, type: 'home' },
    ];
    return userBody(`${marker}@crash.example`, { title: marker, emails });
  }

  #groupWhole(marker: string): object {
    return groupBody(`Group ${marker}`, { externalId: marker, members: this.#members() });
  }

  #groupPatch(marker: string): object {
    const members = this.#members();
    const change =
      this.#random() < 0.6
        ? [{ op: 'add', path: 'members', value: members }]
        : members.map(({ value }) => ({ op: 'remove', path: `members[value eq "${value}"]` }));
    return patchBody(...change, { op: 'replace', path: 'externalId', value: marker });
  }

  #members(): readonly { readonly value: string }[] {
    const count = 1 + Math.floor(this.#random() * 4);
    return Array.from({ length: count }, () => ({ value: this.#user() }));
  }

  #user(): string {
    return this.#pick(this.#users.slice(-recent));
  }

  #pick(ids: readonly string[]): string {
    return ids[Math.floor(this.#random() * ids.length)] ?? personId(0);
  }

  #take(ids: string[]): string | undefined {
    const [id] = ids.splice(Math.floor(this.#random() * ids.length), 1);
    return id;
  }
}
