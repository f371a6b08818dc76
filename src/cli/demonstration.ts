import type { Config } from '../config.js';
import { serviceScope } from '../directory/request-scope.js';
import type { Directory } from '../service.js';
import { operatorActor } from './command-context.js';

/** What a first start prints: where SCIM is, and two tokens that are shown this once. */
export interface Demonstration {
  readonly clientToken: string;
  readonly unitToken: string;
}

const tokenDefaults = { userId: undefined, access: 'provision', dialect: 'tolerant', expiresAt: undefined } as const;

const sampleLicences = [
  { role: 'Insight', seats: undefined },
  { role: 'Alerts', seats: 25 },
];

/**
 * Makes the demonstration client `acme` with its units and tokens. Only on the default database and only while that is
 * empty; otherwise it makes nothing and returns undefined.
 */
export async function seedDemonstration(config: Config, directory: Directory): Promise<Demonstration | undefined> {
  const { clients, units, tokens, roles } = directory.services;
  if (!config.databaseIsDefault || (await clients.list()).length > 0) return undefined;
  const actor = operatorActor();
  const { id: clientId } = await clients.create(actor, 'acme');
  await roles.license(actor, clientId, sampleLicences);
  const support = await units.create(serviceScope(clientId, actor), 'support');
  await units.create(serviceScope(clientId, actor), 'research');
  const mint = async (description: string, unitIds: readonly string[]) =>
    (await tokens.create(serviceScope(clientId, actor), { ...tokenDefaults, description, units: unitIds })).text;
  return {
    clientToken: await mint('demonstration', []),
    unitToken: await mint('demonstration, support', [support.id]),
  };
}

/** The lines that a first start prints. */
export function demonstrationLines(demonstration: Demonstration, scimUrl: string): readonly string[] {
  const body = JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@example.com',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
  });
  return [
    '',
    'A demonstration client, acme, with the units support and research. The tokens are shown this once:',
    `  client token  ${demonstration.clientToken}`,
    `  unit token    ${demonstration.unitToken}   (support)`,
    '',
    'Try it:',
    `curl -i -X POST ${scimUrl}/Users -H 'Authorization: Bearer ${demonstration.clientToken}' -H 'Content-Type: application/scim+json' -d '${body}'`,
    '',
  ];
}
