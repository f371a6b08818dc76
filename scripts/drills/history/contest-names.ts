import { userBody } from '../../../test/support/scim.js';
import type { DrillClient, Reply } from '../drill-client.js';
import type { Journal } from '../findings.js';

const atOnce = 50;
const kelvin = '\u212a';

/** Spellings of one userName. */
const spellings: readonly (readonly [what: string, spell: (number: number) => readonly string[]])[] = [
  ['letter case', (number) => [`ada${number}@acme.example`, `ADA${number}@ACME.EXAMPLE`, `Ada${number}@Acme.example`]],
  [
    'NFC and NFD',
    (number) => [`zo\u00eb${number}@acme.example`, `zoe\u0308${number}@acme.example`, `ZO\u00cb${number}@acme.example`],
  ],
  [
    'the Kelvin sign',
    (number) => [`kim${number}@acme.example`, `KIM${number}@acme.example`, `${kelvin}im${number}@acme.example`],
  ],
];

/** Many who create a user of one userName at the same moment, over all servers: one of them may have it. */
export async function contestNames(clients: readonly DrillClient[], journal: Journal, rounds: number): Promise<void> {
  for (const [what, spell] of spellings) {
    let won = 0;
    for (let round = 0; round < rounds; round++) {
      const names = spell(round);
      const replies = await Promise.all(
        Array.from({ length: atOnce }, (_, index) => create(clients, index, names[index % names.length] ?? '')),
      );
      const statuses = replies.map((reply) => (reply.kind === 'answer' ? reply.status : 0));
      const created = statuses.filter((status) => status === 201).length;
      const refused = statuses.filter((status) => status === 409).length;
      journal.require(
        created === 1 && refused === atOnce - 1,
        `${what}: ${created} created, ${refused} refused of ${atOnce}`,
      );
      won += created;
    }
    journal.figure(`${rounds} contests of ${atOnce} for one userName, ${what}: ${won} created`);
  }
}

async function create(
  clients: readonly DrillClient[],
  index: number,
  userName: string,
): Promise<Reply | { kind: 'none' }> {
  const client = clients[index % clients.length];
  return client?.send({ method: 'POST', path: '/scim/v2/Users', body: userBody(userName) }) ?? { kind: 'none' };
}
