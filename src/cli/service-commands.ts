import { Option, type Command } from 'commander';
import type { Config } from '../config.js';
import type { Service } from '../store/organisation/service-store.js';
import { addClientCommand, onClient, type ClientOptions } from './client-command.js';
import { findServiceId } from './find-named.js';

interface CreateOptions extends ClientOptions, Pick<Service, 'name' | 'approval'> {}

/** `muster service list|create|delete`: what collaborations can be connected to. */
export function addServiceCommands(program: Command, readConfig: () => Config): void {
  const service = program.command('service').description('the services to which collaborations are connected');
  onClient(
    addClientCommand(service, { usage: 'list', description: 'list the services, by name' }),
    readConfig,
    async ({ services, scope, output }) => {
      const found = await services.connectedServices.list(scope);
      output.list(found, ['name', 'id', 'approval', 'createdAt']);
    },
  );
  const create = addClientCommand(service, { usage: 'create', description: 'add a service' })
    .requiredOption('--name <name>', 'its name, unique in the client')
    .addOption(new Option('--approval <how>', 'auto connects at once').choices(['auto', 'manual']).default('manual'));
  onClient<CreateOptions>(create, readConfig, async ({ services, scope, output }, { name, approval }) => {
    const made = await services.connectedServices.create(scope, { name, approval });
    output.one(made, [`created service ${made.name}`, made.id]);
  });
  const remove = addClientCommand(service, {
    usage: 'delete <service>',
    description: 'take a service out, by id or name',
  });
  onClient(remove, readConfig, async (call, _options, named = '') => {
    const id = await findServiceId(call, named);
    await call.services.connectedServices.remove(call.scope, id);
    call.output.one({ id, deleted: true }, [`deleted service ${named}`]);
  });
}
