import { randomUUID } from 'node:crypto';
import { apiCallerOf, type ApiCaller } from './api.js';
import type { Muster } from './muster.js';
import { callerOf, type Caller } from './scim.js';

/** A token with both its doors. */
export interface TestToken {
  readonly id: string;
  readonly token: string;
  readonly scim: Caller;
  readonly api: ApiCaller;
}

/** A client with two units, and the tokens of the table of behaviours: `$P`, `$A`, `$S`, `$R`. */
export interface TestTenant {
  readonly client: string;
  readonly support: string;
  readonly research: string;
  readonly operator: TestToken;
  readonly admin: TestToken;
  readonly supportToken: TestToken;
  readonly researchToken: TestToken;
  /** A personal token: `$ME`. */
  personal(user: string): Promise<TestToken>;
}

/** Mints a token of the client that the wish names, an operator's without one. */
export async function mint(muster: Muster, wish: Parameters<Muster['createToken']>[0]): Promise<TestToken> {
  const { id, token } = await muster.createToken(wish);
  return { id, token, scim: callerOf(muster, token), api: apiCallerOf(muster, token) };
}

/** Makes a client of its own. Its tokens have access `admin`, so that only their reach decides. */
export async function makeTenant(muster: Muster): Promise<TestTenant> {
  const client = await muster.createClient(`client ${randomUUID()}`);
  const support = await muster.createUnit(client, 'Support');
  const research = await muster.createUnit(client, 'Research');
  const access = 'admin';
  return {
    client,
    support,
    research,
    operator: await mint(muster, { description: 'the operator' }),
    admin: await mint(muster, { client, access, description: 'the administrator' }),
    supportToken: await mint(muster, { client, units: [support], access, description: 'support' }),
    researchToken: await mint(muster, { client, units: [research], access, description: 'research' }),
    personal: (user) => mint(muster, { client, user }),
  };
}
