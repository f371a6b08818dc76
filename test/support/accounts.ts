import { randomUUID } from 'node:crypto';
import { operatorCaller, serviceScope } from '../../src/directory/request-scope.js';
import type { Services } from '../../src/directory/services.js';
import type { Actor } from '../../src/store/trail/change-log.js';
import type { TokenAccess, TokenDialect } from '../../src/store/tenant/token-store.js';

/** What a token shall open; without a client it is an operator's. Clients and people by id, units by id or name. */
export interface TokenWish {
  readonly client?: string;
  readonly units?: readonly string[];
  readonly user?: string;
  /** Unless given, `admin` for an operator and `provision` for others. */
  readonly access?: TokenAccess;
  /** `tolerant` unless given. */
  readonly dialect?: TokenDialect;
  readonly description?: string;
  /** A year from now unless given. */
  readonly expiresAt?: string;
}

/** Sets up tenants as the command line does, on the services of the running server. */
export interface Accounts {
  /** Makes a client and returns its id. */
  createClient(name: string): Promise<string>;
  /** Makes a unit of a client and returns its id. */
  createUnit(client: string, name: string): Promise<string>;
  /** Ends a unit of a client, whatever depends on it. */
  endUnit(client: string, unit: string): Promise<void>;
  /** Revokes a token of a client. */
  revokeToken(client: string, token: string): Promise<void>;
  /** Lets a client grant these roles and no others, without a limit of seats; those that are unknown join the catalogue. */
  license(client: string, ...roles: readonly string[]): Promise<void>;
  /** Mints a token; `token` is its text. */
  createToken(wish: TokenWish): Promise<{ readonly id: string; readonly token: string }>;
}

/** The tenants of a running server. */
export function accountsOf({ clients, units, tokens, roles }: Services): Accounts {
  const actor: Actor = { kind: 'operator', id: 'test', requestId: randomUUID() };
  return {
    createClient: async (name) => (await clients.create(actor, name)).id,
    createUnit: async (client, name) => (await units.create(serviceScope(client, actor), name)).id,
    endUnit: (client, unit) => units.end(serviceScope(client, actor), unit, { confirmed: true }),
    revokeToken: (client, token) => tokens.revoke(serviceScope(client, actor), token),
    license: async (client, ...names) => {
      const known = new Set((await roles.list()).map(({ name }) => name.toLowerCase()));
      for (const name of names.filter((each) => !known.has(each.toLowerCase()))) {
        await roles.define(actor, { name });
      }
      const licences = names.map((role) => ({ role, seats: undefined }));
      await roles.license(actor, client, licences);
    },
    createToken: async (wish) => {
      const caller = wish.client === undefined ? operatorCaller(actor) : serviceScope(wish.client, actor);
      const { token, text } = await tokens.create(caller, {
        units: wish.units ?? [],
        userId: wish.user,
        access: wish.access ?? (wish.client === undefined ? 'admin' : 'provision'),
        dialect: wish.dialect ?? 'tolerant',
        description: wish.description,
        expiresAt: wish.expiresAt,
      });
      return { id: token.id, token: text };
    },
  };
}
