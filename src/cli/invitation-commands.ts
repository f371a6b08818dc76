import { Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { InvitationView } from '../directory/collaborations/invitation-view.js';
import type { InvitationWithCode } from '../directory/collaborations/invitations.js';
import type { MemberRole } from '../store/resources/member-standing-store.js';
import { addClientCommand, collect, linesOf, onClient, type ClientCall, type ClientOptions } from './client-command.js';
import { findGroupId, findPersonId } from './find-named.js';
import { endOf, readInstant } from './read-instant.js';

interface TermsOptions extends ClientOptions {
  readonly role?: MemberRole;
  readonly group?: readonly string[];
  readonly groups?: boolean;
  readonly expires?: string;
  readonly membershipExpires?: string;
}

interface AcceptOptions extends ClientOptions {
  readonly person?: string;
}

const columns = ['email', 'id', 'intendedRole', 'status', 'expiresAt'];

/** `muster invitation list|show|create|change|resend|revoke|accept|decline`. */
export function addInvitationCommands(program: Command, readConfig: () => Config): void {
  const invitation = program.command('invitation').description('invitations into collaborations');
  addOfCollaboration(invitation, readConfig);
  addOfOne(invitation, readConfig);
  addAnswers(invitation, readConfig);
}

function addOfCollaboration(noun: Command, readConfig: () => Config): void {
  const list = addClientCommand(noun, { usage: 'list <collaboration>', description: 'list the open invitations' });
  onClient(list, readConfig, async (call, _options, named = '') => {
    const found = await call.services.invitations.list(call.scope, await findGroupId(call, named));
    call.output.list(found, columns);
  });
  const create = addClientCommand(noun, {
    usage: 'create <collaboration> <email...>',
    description: 'invite people, all of them or none; each code is shown this once',
  });
  onClient<TermsOptions>(withTerms(create), readConfig, async (call, options, named = '', ...invites) => {
    const id = await findGroupId(call, named);
    const made = await call.services.invitations.create(call.scope, id, { ...termsOf(options), invites });
    call.output.list(made, ['email', 'id', 'expiresAt', 'code']);
  });
}

function withTerms(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'what the person will be there').choices(['member', 'admin']))
    .option('--group <group>', 'id or short name of a group of the collaboration; may be repeated', collect)
    .option('--expires <instant>', 'until when it is open, such as 2027-01-31T12:00:00Z', readInstant)
    .option('--membership-expires <instant>', 'when the membership will end, or never', readInstant);
}

function termsOf({ role, group, groups, expires, membershipExpires }: TermsOptions) {
  return {
    intendedRole: role,
    groups: group ?? (groups === false ? [] : undefined),
    expiresAt: endOf(expires) ?? undefined,
    membershipExpiresAt: endOf(membershipExpires),
  };
}

function addOfOne(noun: Command, readConfig: () => Config): void {
  const show = addClientCommand(noun, { usage: 'show <id>', description: 'show an invitation' });
  onClient(show, readConfig, async (call, _options, id = '') => {
    print(call, await call.services.invitations.read(call.scope, id));
  });
  const change = addClientCommand(noun, { usage: 'change <id>', description: 'change what is given of an invitation' });
  onClient<TermsOptions>(
    withTerms(change).option('--no-groups', 'take all groups away'),
    readConfig,
    async (call, options, id = '') => {
      print(call, await call.services.invitations.update(call.scope, id, termsOf(options)));
    },
  );
  const resend = addClientCommand(noun, {
    usage: 'resend <id>',
    description: 'give an invitation a new code, shown this once, and at least two weeks',
  });
  onClient(resend, readConfig, async (call, _options, id = '') => {
    print(call, await call.services.invitations.resend(call.scope, id));
  });
  const revoke = addClientCommand(noun, { usage: 'revoke <id>', description: 'delete an invitation' });
  onClient(revoke, readConfig, async (call, _options, id = '') => {
    await call.services.invitations.remove(call.scope, id);
    call.output.one({ id, revoked: true }, [`revoked invitation ${id}`]);
  });
}

function addAnswers(noun: Command, readConfig: () => Config): void {
  const accept = addClientCommand(noun, {
    usage: 'accept <code>',
    description: 'accept an invitation for a person',
  }).option('--person <person>', 'by id or userName; whoever has the address unless given');
  onClient<AcceptOptions>(accept, readConfig, async (call, { person }, code = '') => {
    const userId = person === undefined ? undefined : await findPersonId(call, person);
    print(call, await call.services.invitationAnswers.accept(call.scope, { code, userId }));
  });
  const decline = addClientCommand(noun, { usage: 'decline <code>', description: 'decline an invitation' });
  onClient(decline, readConfig, async (call, _options, code = '') => {
    print(call, await call.services.invitationAnswers.decline(call.scope, code));
  });
}

function print({ output }: ClientCall, invitation: InvitationView | InvitationWithCode): void {
  output.one(invitation, linesOf(invitation));
}
