import { randomUUID } from 'node:crypto';
import type { Muster, Response } from '../support/muster.js';
import { apiCarriers, echoesOf, type Carrier, type Own, type WireRequest } from './carriers.js';
import { freshText } from './routes.js';
import { scimCarriers } from './scim-carriers.js';
import type { IsolationWorld, Subject } from './world.js';

/** A token under test, and what it may reach of its own client. */
export interface TokenCase {
  readonly title: string;
  readonly token: string | undefined;
  readonly isOperator: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly own: Own;
  readonly triesVariations: boolean;
  /** Whether it is refused whatever is asked for, so that a part of the cases is enough. */
  readonly isDead: boolean;
}

/** A token, a carrier, and the subjects that are tried with them. */
export interface Lane {
  readonly token: TokenCase;
  readonly carrier: Carrier;
  readonly subjects: readonly Subject[];
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** All lanes of these tokens over these subjects: the carrier's own kinds whole, and one id of each other kind. */
export function lanesOf(tokens: readonly TokenCase[], subjects: readonly Subject[], perKind: number): readonly Lane[] {
  const others = firstOfEachKind(subjects.filter(({ value }) => isUuid(value)));
  const ofKind = (kind: string) => subjects.filter((each) => each.kind === kind);
  return tokens.flatMap((token) =>
    [...apiCarriers, ...scimCarriers]
      .filter(({ isForOperators }) => !(token.isOperator && isForOperators))
      .filter(({ isVariation }) => !isVariation || token.triesVariations)
      .filter((_, index) => !token.isDead || index % 5 === 0)
      .map((carrier, index) => {
        const most = carrier.isVariation ? 1 : perKind;
        const own = carrier.kinds.flatMap((kind) => someOf(ofKind(kind), most, index));
        const rest = carrier.takesAnyId ? others.filter(({ kind }) => !carrier.kinds.includes(kind)) : [];
        return { token, carrier, subjects: [...own, ...rest] };
      })
      .filter((lane) => lane.subjects.length > 0),
  );
}

/** As many as that, others for another index. */
function someOf(subjects: readonly Subject[], most: number, index: number): readonly Subject[] {
  const start = subjects.length === 0 ? 0 : index % subjects.length;
  return [...subjects.slice(start), ...subjects.slice(0, start)].slice(0, most);
}

function firstOfEachKind(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.toReversed().map((subject) => [subject.kind, subject])).values()];
}

/** The same subject as nobody has it: another id, or another text of the same length. */
export function unknownLike(subject: Subject): Subject {
  const value = isUuid(subject.value) ? randomUUID() : subject.value.replace(/[a-z]{4,}/gi, (word) => turned(word));
  return { ...subject, value, client: randomUUID() };
}

function turned(word: string): string {
  return [...word].map((letter) => (letter === 'q' ? 'x' : 'q')).join('');
}

let sent = 0;

/** Sends a request with a token; texts that must be new are new. */
export async function sendCase(muster: Muster, token: TokenCase, request: WireRequest): Promise<Response<unknown>> {
  sent += 1;
  const fresh = `case-${String(sent).padStart(6, '0')}`;
  const renew = (text: string) => text.replaceAll(freshText, fresh);
  const path = request.path.startsWith('api:') ? muster.apiUrl + request.path.slice(4) : request.path;
  return muster.request(request.method, renew(path), {
    ...(token.token === undefined ? {} : { token: token.token }),
    ...(request.body === undefined ? {} : { body: renew(JSON.stringify(request.body)) }),
    headers: {
      ...token.headers,
      ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...request.headers,
    },
  });
}

/** An answer without what the request itself said, and without ids, instants, versions, cursors and new texts. */
export function plainAnswer({ status, headers, text }: Response<unknown>, subject: Subject): string {
  const { 'x-request-id': _id, date: _date, 'keep-alive': _alive, 'content-length': length, ...others } = headers;
  // What a length says of a body that is there, the body says.
  const hidden = text === '' && length !== '0' ? length : undefined;
  const ids = new Map<string, string>();
  return withoutEchoes(JSON.stringify([status, hidden, others, text]), subject)
    .replaceAll(uuid, (id) => {
      if (!ids.has(id)) ids.set(id, `id${ids.size}`);
      return ids.get(id) ?? '';
    })
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')
    .replaceAll(/W\/\\*"\d+\\*"/g, 'version')
    .replaceAll(/muster_[A-Za-z0-9_-]+/g, 'token')
    .replaceAll(/(next(?:Cursor)?\\":\\")[A-Za-z0-9_-]+/g, '$1cursor')
    .replaceAll(/case-\d{6}/g, 'case');
}

/** A text without what the request said itself. */
export function withoutEchoes(text: string, subject: Subject): string {
  return echoesOf(subject).reduce((rest, echo) => rest.replaceAll(new RegExp(escaped(echo), 'gi'), '<given>'), text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Ids and names that must not come out, and where they came out. */
export class Secrets {
  readonly #ids: ReadonlySet<string>;
  readonly #names: RegExp;

  constructor(ids: Iterable<string>, names: RegExp) {
    this.#ids = new Set(ids);
    this.#names = names;
  }

  /** What of them an answer tells that its request did not say. */
  toldBy(answer: Response<unknown>, subject: Subject): readonly string[] {
    const text = withoutEchoes(JSON.stringify([answer.headers, answer.text]), subject);
    const ids = (text.match(uuid) ?? []).filter((id) => this.#ids.has(id.toLowerCase()));
    return [...ids, ...(text.match(this.#names) ?? [])];
  }
}

/** Runs work over items, some at once. */
export async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}

/** The tokens of a client, each with what is its own there. */
export function tokensOf(
  world: IsolationWorld,
  operator: string,
  own: (place: 'none' | 'support' | 'research') => Own,
): readonly TokenCase[] {
  const { tokens } = world;
  const token = (title: string, place: 'none' | 'support' | 'research' = 'none'): TokenCase => ({
    title,
    token: tokens[title],
    isOperator: false,
    headers: {},
    own: own(place),
    triesVariations: ['admin', 'support', 'personal'].includes(title),
    isDead: ['revoked', 'ended', 'left', 'none'].includes(title),
  });
  return [
    token('admin'),
    token('provision'),
    token('read'),
    token('support', 'support'),
    token('research', 'research'),
    token('personal'),
    token('office'),
    token('manager', 'support'),
    { ...token('platform'), token: operator, isOperator: true, headers: { 'X-Muster-Client': world.client } },
    token('revoked'),
    token('ended'),
    token('left'),
    { ...token('none'), token: undefined },
  ];
}
