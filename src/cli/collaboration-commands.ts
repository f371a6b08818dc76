import type { Command } from 'commander';
import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import { withDirectory } from './command-context.js';

interface ListOptions {
  readonly client: string;
  readonly unit: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, values: readonly string[]) => [...values, value];

/** `muster collaboration list`. */
export function addCollaborationCommands(program: Command, readConfig: () => Config): void {
  program
    .command('collaboration')
    .description('the collaborations of a client')
    .command('list')
    .description('list the collaborations, by name')
    .requiredOption('--client <client>', 'name or id')
    .option('--unit <unit>', 'only those in this unit; repeated, in all of them', collect, [])
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      await withDirectory(readConfig(), options, async ({ services, actor, output }) => {
        const { id } = await services.clients.find(options.client);
        const query = { units: options.unit, labels: [], services: [] };
        const { collaborations } = await services.organisation.read(serviceScope(id, actor), query);
        const rows = collaborations.map((one) => ({
          name: one.name,
          id: one.id,
          urn: one.urn,
          units: one.units.join(', '),
          members: one.memberCount,
          status: one.status,
        }));
        output.list(rows, ['name', 'urn', 'units', 'members', 'status']);
      });
    });
}
