import { Accounts } from './accounts.js';
import { Clients } from './clients.js';
import type { DirectoryContext } from './context.js';
import { Groups } from './groups.js';
import { Tokens } from './tokens.js';
import { Units } from './units.js';
import { Users } from './users.js';

/** The rules of the tenant model, the same for HTTP and the command line. */
export interface Services {
  readonly clients: Clients;
  readonly units: Units;
  readonly tokens: Tokens;
  readonly users: Users;
  readonly groups: Groups;
  readonly accounts: Accounts;
}

/** Makes the services. */
export function createServices(context: DirectoryContext): Services {
  const units = new Units(context);
  return {
    clients: new Clients(context),
    units,
    tokens: new Tokens(context, units),
    users: new Users(context),
    groups: new Groups(context),
    accounts: new Accounts(context),
  };
}
