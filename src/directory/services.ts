import { Accounts } from './accounts.js';
import { Audit } from './audit.js';
import { Catalogue } from './catalogue.js';
import { Clients } from './clients.js';
import { Collaborations } from './collaborations.js';
import { InvitationAnswers } from './answer-invitation.js';
import { ConnectedServices } from './connected-services.js';
import type { DirectoryContext } from './context.js';
import { Erasure } from './erasure.js';
import { Groups } from './groups.js';
import { People } from './people.js';
import { GroupBatches } from './group-batches.js';
import { GroupRecords } from './group-records.js';
import { ObjectRegister } from './object-register.js';
import { Permissions } from './permissions.js';
import { GroupPeople } from './group-people.js';
import { Invitations } from './invitations.js';
import { Organisation } from './organisation.js';
import { ResourceLists } from './resource-lists.js';
import { Roles } from './roles.js';
import { Tokens } from './tokens.js';
import { Units } from './units.js';
import { UserClaims } from './user-claims.js';
import { UserRecords } from './user-records.js';
import { Users } from './users.js';
import { VendorUsers } from './vendor-users.js';

/** The rules of the tenant model, the same for HTTP and the command line. */
export interface Services {
  readonly clients: Clients;
  readonly units: Units;
  readonly tokens: Tokens;
  readonly users: Users;
  readonly groups: Groups;
  readonly lists: ResourceLists;
  readonly catalogue: Catalogue;
  readonly roles: Roles;
  readonly userClaims: UserClaims;
  readonly accounts: Accounts;
  readonly people: People;
  readonly vendorUsers: VendorUsers;
  readonly audit: Audit;
  readonly erasure: Erasure;
  readonly permissions: Permissions;
  readonly objects: ObjectRegister;
  readonly groupBatches: GroupBatches;
  readonly groupRecords: GroupRecords;
  readonly userRecords: UserRecords;
  readonly groupPeople: GroupPeople;
  readonly collaborations: Collaborations;
  readonly connectedServices: ConnectedServices;
  readonly organisation: Organisation;
  readonly invitations: Invitations;
  readonly invitationAnswers: InvitationAnswers;
}

/** Makes the services. */
export function createServices(context: DirectoryContext): Services {
  const units = new Units(context);
  const users = new Users(context);
  const groups = new Groups(context);
  const accounts = new Accounts(context);
  const lists = new ResourceLists(context, users, groups);
  return {
    clients: new Clients(context),
    units,
    tokens: new Tokens(context, units),
    users,
    groups,
    catalogue: new Catalogue(context),
    roles: new Roles(context),
    userClaims: new UserClaims(context),
    accounts,
    people: new People(users, accounts),
    vendorUsers: new VendorUsers(context, users),
    audit: new Audit(context),
    erasure: new Erasure(context),
    lists,
    groupRecords: new GroupRecords(groups, lists),
    userRecords: new UserRecords(users, lists),
    permissions: new Permissions(context),
    objects: new ObjectRegister(context, units),
    groupBatches: new GroupBatches(context),
    groupPeople: new GroupPeople(context),
    collaborations: new Collaborations(context, groups),
    connectedServices: new ConnectedServices(context),
    organisation: new Organisation(context),
    invitations: new Invitations(context),
    invitationAnswers: new InvitationAnswers(context),
  };
}
