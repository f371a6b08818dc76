import { Accounts } from './users/accounts.js';
import { Audit } from './audit/audit.js';
import { Catalogue } from './roles/catalogue.js';
import { Clients } from './clients/clients.js';
import { Collaborations } from './collaborations/collaborations.js';
import { InvitationAnswers } from './collaborations/answer-invitation.js';
import { ConnectedServices } from './collaborations/connected-services.js';
import type { DirectoryContext } from './context.js';
import { Erasure } from './audit/erasure.js';
import { Groups } from './groups/groups.js';
import { People } from './users/people.js';
import { GroupBatches } from './groups/group-batches.js';
import { GroupRecords } from './groups/group-records.js';
import { ObjectRegister } from './clients/object-register.js';
import { Permissions } from './roles/permissions.js';
import { GroupPeople } from './groups/group-people.js';
import { Invitations } from './collaborations/invitations.js';
import { Organisation } from './clients/organisation.js';
import { ResourceLists } from './resource-lists.js';
import { Roles } from './roles/roles.js';
import { Tokens } from './tokens/tokens.js';
import { Units } from './clients/units.js';
import { UserClaims } from './users/user-claims.js';
import { UserRecords } from './users/user-records.js';
import { Users } from './users/users.js';
import { VendorUsers } from './users/vendor-users.js';

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
