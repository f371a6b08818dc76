import type { Services } from '../../src/service.js';

/** What a token shall open; without a client it is an operator's. Clients, units and people by id. */
export interface TokenWish {
  readonly client?: string;
  readonly units?: readonly string[];
  readonly access?: 'read' | 'provision' | 'admin';
  readonly dialect?: 'tolerant' | 'strict';
  readonly platform?: boolean;
  readonly user?: string;
}

/** Sets up tenants as the command line does, on the services of the running server. */
export interface Accounts {
  /** Makes a client and returns its id. */
  createClient(name: string): Promise<string>;
  /** Makes a unit of a client and returns its id. */
  createUnit(client: string, name: string): Promise<string>;
  createToken(wish: TokenWish): Promise<{ readonly id: string; readonly token: string }>;
}

/** The tenants of a running server. */
export function accountsOf(services: Services): Accounts {
  return {
    createClient: async (name) => (await services.clients.create(name)).id,
    createUnit: async (client, name) => (await services.units.create(client, name)).id,
    createToken: (wish) => services.tokens.create(wish),
  };
}
