import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import type { ObjectKey, ObjectPermissions } from '../store/organisation/permission-store.js';
import { addClientCommand, onClient, type ClientOptions } from './client-command.js';
import { withDirectory } from './command-context.js';
import { findGroupId, findPersonId } from './find-named.js';

interface SetOptions extends ClientOptions {
  readonly allow: readonly ObjectPermissions[];
}

/** Reads `SEGMENT/34`: a type of objects, and the id of an object there. */
function readObject(text: string): ObjectKey {
  const [, objectType, objectId] = /^([^/]{1,100})\/(.{1,256})$/su.exec(text) ?? [];
  if (objectType === undefined || objectId === undefined) {
    throw new InvalidArgumentError('give a type and an id, such as SEGMENT/34');
  }
  return { objectType, objectId };
}

/** Reads `SEGMENT/34=READ,WRITE`, added to those before it. */
function collectPermissions(text: string, previous: readonly ObjectPermissions[]): readonly ObjectPermissions[] {
  const cut = text.lastIndexOf('=');
  if (cut === -1) throw new InvalidArgumentError('give an object and its permissions, such as SEGMENT/34=READ,WRITE');
  const permissions = text.slice(cut + 1).split(',');
  return [...previous, { ...readObject(text.slice(0, cut)), permissions }];
}

/** `muster permission types|list|set|effective`: what groups may do with the objects of an application. */
export function addPermissionCommands(program: Command, readConfig: () => Config): void {
  const permission = program.command('permission').description('what groups may do with the objects of applications');
  permission
    .command('types')
    .description('list the types of objects, and what can be permitted on each')
    .argument('[type]', 'this one alone')
    .option('--json', 'print JSON')
    .action(async (type: string | undefined, options: { readonly json?: boolean }) => {
      await withDirectory(readConfig(), options, ({ services, output }) => {
        const types = type === undefined ? services.permissions.listTypes() : [services.permissions.findType(type)];
        const rows = types.map(({ name, wildcards, perObject }) => ({
          name,
          wildcards: wildcards.map((each) => each.name),
          perObject,
        }));
        output.list(rows, ['name', 'wildcards', 'perObject']);
        return Promise.resolve();
      });
    });
  addList(permission, readConfig);
  addSet(permission, readConfig);
  addEffective(permission, readConfig);
}

const columns = ['objectType', 'objectId', 'permissions'];

function addList(permission: Command, readConfig: () => Config): void {
  const list = addClientCommand(permission, {
    usage: 'list <group>',
    description: 'list what a group may do, object by object',
  });
  onClient(list, readConfig, async (call, _options, named = '') => {
    const id = await findGroupId(call, named);
    call.output.list(await call.services.permissions.list(call.scope, id), columns);
  });
}

function addSet(permission: Command, readConfig: () => Config): void {
  const set = addClientCommand(permission, {
    usage: 'set <group>',
    description: 'make these, and no others, the permissions of a group; none where none is given',
  }).option('--allow <object=permissions>', 'such as SEGMENT/34=READ,WRITE; may be repeated', collectPermissions, []);
  onClient<SetOptions>(set, readConfig, async (call, { allow }, named = '') => {
    const id = await findGroupId(call, named);
    call.output.list(await call.services.permissions.replace(call.scope, id, allow), columns);
  });
}

function addEffective(permission: Command, readConfig: () => Config): void {
  const effective = addClientCommand(permission, {
    usage: 'effective <person>',
    description: 'say what a person may do now, through all groups',
  });
  onClient(effective, readConfig, async (call, _options, named = '') => {
    const id = await findPersonId(call, named);
    const { wildcards, objects } = await call.services.permissions.effective(call.scope, id);
    const lines = objects.map((each) => `${each.objectType}/${each.objectId}: ${each.permissions.join(', ')}`);
    call.output.one({ wildcards, objects }, [...wildcards, ...lines]);
  });
}

interface RegisterOptions extends ClientOptions {
  readonly unit?: string;
}

/** `muster object register|forget`: who owns which object of an application. */
export function addObjectCommands(program: Command, readConfig: () => Config): void {
  const object = program.command('object').description('the objects of applications, and whose they are');
  const register = addClientCommand(object, {
    usage: 'register <object...>',
    description: 'register objects, such as SEGMENT/34, for the client or for one of its units',
  }).option('--unit <unit>', 'name or id of the unit whose they are');
  onClient<RegisterOptions>(register, readConfig, async ({ services, scope, output }, { unit }, ...words) => {
    const keys = words.map(readObject);
    for (const key of keys) await services.objects.register(scope, key, unit);
    output.one(
      { registered: keys },
      words.map((word) => `registered ${word}`),
    );
  });
  const forget = addClientCommand(object, {
    usage: 'forget <object...>',
    description: 'take objects out of the register, with every permission on them',
  });
  onClient(forget, readConfig, async ({ services, scope, output }, _options, ...words) => {
    const keys = words.map(readObject);
    for (const key of keys) await services.objects.forget(scope, key);
    output.one(
      { forgotten: keys },
      words.map((word) => `forgot ${word}`),
    );
  });
}
