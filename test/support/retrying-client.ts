import { DrillClient, idIn, type Answer, type DrillRequest } from '../../scripts/drills/drill-client.js';
import { patchBody, userBody, type ScimBody } from './scim.js';

const mostTries = 20;

/** An answer, and how often the request was sent. */
export interface RetriedAnswer extends Answer {
  readonly tries: number;
}

/** Sends each request to one server after the other, as a load balancer does, until one of them answers it with less than 500. */
export class RetryingClient {
  readonly #clients: readonly DrillClient[];
  #next = 0;

  constructor(urls: readonly string[], token: string) {
    this.#clients = urls.map((url) => new DrillClient(url, token));
  }

  /** Throws when nobody answers. */
  async send(request: DrillRequest): Promise<RetriedAnswer> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const client = this.#clients[this.#next++ % this.#clients.length];
      const reply = await client?.send(request);
      if (reply?.kind === 'answer' && reply.status < 500) return { ...reply, tries };
    }
    throw new Error(`${request.method} ${request.path}: nobody answers`);
  }

  /** Sends a GET that must be answered 200. */
  async read(path: string): Promise<ScimBody> {
    const { status, body } = await this.send({ method: 'GET', path });
    if (status !== 200 || body === undefined) throw new Error(`GET ${path}: ${status}`);
    // A resource or a page, as the caller asked for.
    return body as unknown as ScimBody;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** What a load has had acknowledged. */
export interface Acknowledged {
  readonly id: string;
  readonly userName: string;
}

/** A load of writes: people are created and become members of a group, in several requests at a time. */
export interface WriteLoad {
  readonly client: RetryingClient;
  readonly groupId: string;
  readonly writers: number;
  readonly peopleEach: number;
  /** Called after each person, with how many there are by then. */
  readonly progress: (people: number) => void;
}

/** Carries out a load; each request is sent again until it is answered. Throws when one is answered with a failure. */
export async function carryOut(load: WriteLoad): Promise<readonly Acknowledged[]> {
  const done: Acknowledged[] = [];
  const write = async (_: unknown, writer: number) => {
    for (let person = 0; person < load.peopleEach; person++) {
      const userName = `person-${writer}-${person}@acme.example`;
      const id = await createPerson(load.client, userName);
      const body = patchBody({ op: 'add', path: 'members', value: [{ value: id }] });
      const { status } = await load.client.send({ method: 'PATCH', path: `/scim/v2/Groups/${load.groupId}`, body });
      if (status !== 200 && status !== 204) throw new Error(`PATCH: ${status}`);
      done.push({ id, userName });
      load.progress(done.length);
    }
  };
  await Promise.all(Array.from({ length: load.writers }, write));
  return done;
}

/** Creates a person; when the server that did it could not say so, the next one says that the userName is taken. */
async function createPerson(client: RetryingClient, userName: string): Promise<string> {
  const { status, headers, tries } = await client.send({
    method: 'POST',
    path: '/scim/v2/Users',
    body: userBody(userName),
  });
  if (status === 201) return idIn(headers['location']) ?? '';
  if (status !== 409 || tries === 1) throw new Error(`POST: ${status}`);
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  const [found] = (await client.read(`/scim/v2/Users?filter=${filter}`)).Resources;
  if (found === undefined) throw new Error(`${userName} is taken by nobody`);
  return found.id;
}
