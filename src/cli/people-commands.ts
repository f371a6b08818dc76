import { text } from 'node:stream/consumers';
import { Option, type Command } from 'commander';
import type { Config } from '../config.js';
import { viewOf } from '../directory/resource-answer.js';
import { switchPerson } from '../directory/users/switch-person.js';
import { readListQuery } from '../protocol/list-query.js';
import { readProjection } from '../protocol/projection.js';
import { isJsonObject } from '../schema/document.js';
import { userType } from '../schema/resource-type.js';
import { musterUserSchema } from '../schema/schema-documents.js';
import {
  addClientCommand,
  collect,
  forceOption,
  linesOf,
  onClient,
  type ClientCall,
  type ClientOptions,
} from './client-command.js';
import { findPersonId } from './find-named.js';

interface ListOptions extends ClientOptions {
  readonly filter?: string;
}

interface PersonOptions extends ClientOptions {
  readonly userName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly employeeNumber?: string;
  readonly openId?: string;
  readonly type?: string;
  readonly role?: readonly string[];
  readonly roles?: boolean;
  readonly unit?: readonly string[];
  readonly passwordStdin?: boolean;
}

interface CreateOptions extends PersonOptions {
  readonly userName: string;
  readonly admin?: boolean;
  readonly inactive?: boolean;
}

const pageSize = 500;
const whole = readProjection(userType, {});

/** `muster user list|show|create|change|activate|deactivate|lock|unlock|delete`. */
export function addPeopleCommands(user: Command, readConfig: () => Config): void {
  addReading(user, readConfig);
  addWriting(user, readConfig);
  addSwitches(user, readConfig);
  addAccounts(user, readConfig);
}

function addReading(user: Command, readConfig: () => Config): void {
  const list = addClientCommand(user, { usage: 'list', description: 'list the people, deleted ones apart' }).option(
    '--filter <filter>',
    "a SCIM filter, such as 'active eq false' or 'groups.display eq \"Band\"'",
  );
  onClient<ListOptions>(list, readConfig, async ({ services, scope, output }, { filter }) => {
    const rows: object[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query = { cursor, count: String(pageSize), ...(filter === undefined ? {} : { filter }) };
      const page = await services.lists.list(scope, readListQuery([userType], query));
      rows.push(...page.resources.map((person) => rowOf(viewOf(person))));
      cursor = page.nextCursor;
    }
    output.list(rows, ['userName', 'id', 'displayName', 'active', 'accountStatus', 'units']);
  });
  const show = addClientCommand(user, { usage: 'show <person>', description: 'show a person, by id or userName' });
  onClient(show, readConfig, async (call, _options, named = '') => {
    await print(call, await findPersonId(call, named));
  });
}

function rowOf(view: Readonly<Record<string, unknown>>) {
  const { id, userName, displayName, active } = view;
  const own = view[musterUserSchema.id];
  const { accountStatus, units } = isJsonObject(own) ? own : {};
  return { id, userName, displayName, active, accountStatus, units };
}

/** The person as SCIM shows one; of one who was deleted, what is kept of the account. */
async function print({ services, scope, output }: ClientCall, id: string): Promise<void> {
  const account = await services.accounts.find(scope, id);
  const { body } = account.deletedAt === null ? await services.users.read(scope, id, whole) : {};
  const view = body === undefined ? account : viewOf(body);
  output.one(view, linesOf(view));
}

function addWriting(user: Command, readConfig: () => Config): void {
  const create = withAttributes(addClientCommand(user, { usage: 'create', description: 'add a person' }))
    .requiredOption('--user-name <name>', 'unique in the client whatever its letter case')
    .option('--admin', 'an administrator of the client')
    .option('--inactive', 'switched off from the start');
  onClient<CreateOptions>(create, readConfig, async (call, options) => {
    const status = options.inactive === true ? 'INACTIVE' : undefined;
    const request = { ...(await requestOf(options)), isAdmin: options.admin === true, status } as const;
    const { id, userName } = await call.services.people.create(call.scope, request);
    call.output.one({ id, userName }, [`created ${userName}`, id]);
  });
  const change = addClientCommand(user, {
    usage: 'change <person>',
    description: 'change what is given of a person; an empty text takes a value away',
  });
  const changed = withAttributes(change)
    .option('--user-name <name>', 'the new userName')
    .option('--no-roles', 'take all roles away')
    .option(...forceOption);
  onClient<PersonOptions>(changed, readConfig, async (call, options, named = '') => {
    const id = await findPersonId(call, named);
    await call.services.people.change(call.scope, id, await requestOf(options));
    await print(call, id);
  });
}

function withAttributes(command: Command): Command {
  return command
    .option('--given-name <text>', 'the first name')
    .option('--family-name <text>', 'the last name')
    .option('--display-name <text>', 'how the person is shown')
    .option('--email <address>', 'the work address')
    .option('--phone <number>', 'the work number')
    .option('--employee-number <text>', 'the staff id')
    .option('--open-id <text>', 'the OpenID')
    .option('--type <text>', 'the userType')
    .option('--role <role>', 'a role, in place of those that the person has; may be repeated', collect)
    .option('--unit <unit>', 'name of a unit, in place of those that the person is in; may be repeated', collect)
    .addOption(new Option('--password-stdin', 'read the password from standard input'));
}

async function requestOf(options: PersonOptions) {
  const { userName, givenName, familyName, displayName, email, phone, employeeNumber, openId, type } = options;
  const texts = { firstName: givenName, lastName: familyName, displayName, email, phoneNumber: phone };
  const more = { employeeNumber, openId, userType: type };
  const given = Object.entries({ ...texts, ...more }).map(
    ([name, value]) => [name, value === '' ? null : value] as const,
  );
  const password = options.passwordStdin === true ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined;
  const roles = options.role ?? (options.roles === false ? [] : undefined);
  return { ...Object.fromEntries(given), userName, roles, units: options.unit, password };
}

function addSwitches(user: Command, readConfig: () => Config): void {
  const deactivate = addClientCommand(user, {
    usage: 'deactivate <person>',
    description: 'switch a person off: nothing is in force, personal tokens stop, everything is kept',
  });
  onClient(deactivate.option(...forceOption), readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    await switchPerson(call.services.users, call.scope, id, false);
    call.output.one({ id, active: false }, [`${named} is inactive`]);
  });
  const activate = addClientCommand(user, { usage: 'activate <person>', description: 'switch a person on again' });
  onClient(activate, readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    await switchPerson(call.services.users, call.scope, id, true);
    call.output.one({ id, active: true }, [`${named} is active`]);
  });
}

function addAccounts(user: Command, readConfig: () => Config): void {
  const lock = addClientCommand(user, {
    usage: 'lock <person>',
    description: 'lock an account: personal tokens are refused',
  });
  onClient(lock, readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    await call.services.accounts.lock(call.scope, id);
    call.output.one({ id, accountStatus: 'LOCKED' }, [`${named} is LOCKED`]);
  });
  const unlock = addClientCommand(user, {
    usage: 'unlock <person>',
    description: 'unlock an account that was locked by wrong passwords',
  });
  onClient(unlock, readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    const { userName, accountStatus } = await call.services.accounts.unlock(call.scope, id);
    call.output.one({ id, userName, accountStatus }, [`${userName} is ${accountStatus}`]);
  });
  const remove = addClientCommand(user, {
    usage: 'delete <person>',
    description: 'delete a person: the record is kept, the userName is free',
  });
  onClient(remove.option(...forceOption), readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    await call.services.people.remove(call.scope, id);
    call.output.one({ id, deleted: true }, [`deleted ${named}`]);
  });
}
