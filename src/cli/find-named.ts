import { isIdentifier } from '../directory/identifiers.js';
import { viewOf } from '../directory/resource-answer.js';
import { readListQuery } from '../protocol/list-query.js';
import { groupType, userType, type ResourceType } from '../schema/resource-type.js';
import { CommandFailed } from './command-failed.js';
import type { ClientCall } from './client-command.js';

/** The id of a person who is named by id or userName. */
export function findPersonId(call: ClientCall, named: string): Promise<string> {
  return findId(call, named, { type: userType, attribute: 'userName', what: 'person' });
}

/** The id of a group, or of a collaboration, that is named by id or name. */
export function findGroupId(call: ClientCall, named: string): Promise<string> {
  return findId(call, named, { type: groupType, attribute: 'displayName', what: 'group' });
}

/** The id of a service that is named by id or name. */
export async function findServiceId({ services, scope }: ClientCall, named: string): Promise<string> {
  if (isIdentifier(named)) return named;
  const found = (await services.connectedServices.list(scope)).find(({ name }) => name === named);
  if (found === undefined) throw new CommandFailed(`there is no service ${JSON.stringify(named)}`);
  return found.id;
}

interface Naming {
  readonly type: ResourceType;
  readonly attribute: string;
  readonly what: string;
}

async function findId({ services, scope }: ClientCall, named: string, naming: Naming): Promise<string> {
  const { type, attribute, what } = naming;
  if (isIdentifier(named)) return named;
  const filter = `${attribute} eq ${JSON.stringify(named)}`;
  const query = readListQuery([type], { filter, attributes: 'id', count: '2' });
  const { resources } = await services.lists.list(scope, query);
  const [found] = resources;
  if (found === undefined) throw new CommandFailed(`there is no ${what} ${JSON.stringify(named)}`);
  if (resources.length > 1)
    throw new CommandFailed(`more than one ${what} is called ${JSON.stringify(named)}: give its id`);
  return String(viewOf(found)['id']);
}
