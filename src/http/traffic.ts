import type { Request, RequestHandler, Response } from 'express';
import { nowMs } from '../clock.js';
import { unavailable, type RequestError } from '../errors.js';
import { knownTokenOf } from './authenticate.js';
import { deadlines } from './deadline.js';
import { RequestSlot } from './request-slot.js';
import type { TimeLimits } from './time-limits.js';
import { Turns, type Turn, type TurnRules } from './turns.js';

/** A request that has not been answered yet. */
interface Passage {
  readonly traffic: Traffic;
  readonly startMs: number;
  readonly request: Request;
  readonly response: Response;
  answerByMs: number;
  turn: Turn | undefined;
  /** Of its body. */
  bytes: number;
}

// Bodies that are held at a time; the half of it for one client.
const mostBytes = 64 * 1_048_576;

const passages = new RequestSlot<Passage>('passage');

/** Answers a request that took too long. */
export type LateAnswer = (error: RequestError, request: Request, response: Response) => void;

/** Is told of each request that has ended, and how long it took in milliseconds. */
export type EndObserver = (request: Request, response: Response, ms: number) => void;

/** What traffic tells others. */
export interface TrafficObserver {
  readonly late: LateAnswer;
  readonly ended: EndObserver;
}

/** The requests that are being answered: how long each may take, how many are at work at a time, and how many bytes they hold. */
export class Traffic {
  readonly #limits: TimeLimits;
  readonly #passing = new Set<Passage>();
  readonly #turns: Turns;
  readonly #bytes = new Map<string, number>();
  readonly #watch: NodeJS.Timeout;
  readonly #ended: EndObserver;
  #allBytes = 0;
  #isStopping = false;

  constructor(limits: TimeLimits, turns: TurnRules, { late, ended }: TrafficObserver) {
    this.#limits = limits;
    this.#ended = ended;
    this.#turns = new Turns(turns);
    this.#watch = setInterval(() => this.#endLate(late), limits.checkMs);
    this.#watch.unref();
  }

  get turns(): Pick<Turns, 'waiting' | 'atWork'> {
    return this.#turns;
  }

  /** Watches a request from its headers to its answer. */
  readonly track: RequestHandler = (request, response, next) => {
    const { bodyMs, requestMs } = this.#limits;
    const answerByMs = nowMs() + bodyMs + requestMs;
    const passage: Passage = {
      traffic: this,
      startMs: performance.now(),
      request,
      response,
      answerByMs,
      turn: undefined,
      bytes: 0,
    };
    passages.set(request, passage);
    this.#passing.add(passage);
    if (this.#isStopping) response.setHeader('Connection', 'close');
    response.on('close', () => this.#end(passage));
    next();
  };

  /** From now on each answer is the last of its connection. */
  stop(): void {
    this.#isStopping = true;
    for (const { response } of this.#passing) if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  close(): void {
    clearInterval(this.#watch);
  }

  begin(passage: Passage): Promise<void> | undefined {
    passage.answerByMs = nowMs() + this.#limits.requestMs;
    deadlines.set(passage.request, passage.answerByMs - this.#limits.commitMs);
    const turn = this.#turns.take(clientOf(passage.request));
    if (turn instanceof Promise) return turn.then((taken) => this.#hold(passage, taken));
    this.#hold(passage, turn);
    return undefined;
  }

  /** Throws 503 when there is no room for more bytes. */
  keep(passage: Passage, bytes: number): void {
    const client = clientOf(passage.request);
    const own = (this.#bytes.get(client) ?? 0) + bytes;
    if (this.#allBytes + bytes > mostBytes || own > mostBytes / 2)
      throw unavailable('too many bodies are held', undefined, 1);
    this.#allBytes += bytes;
    passage.bytes += bytes;
    this.#bytes.set(client, own);
  }

  leave(passage: Passage): void {
    if (passage.turn !== undefined) this.#turns.leave(passage.turn);
    passage.turn = undefined;
  }

  /** Throws 503 for a request that nobody waits for any more. */
  #hold(passage: Passage, turn: Turn): void {
    passage.turn = turn;
    // With the end of the answer, whether or not it is read soon.
    passage.response.on('prefinish', () => this.leave(passage));
    if (this.#passing.has(passage) && !passage.response.headersSent) return;
    this.leave(passage);
    throw unavailable('the request waited too long');
  }

  #end(passage: Passage): void {
    this.#passing.delete(passage);
    this.leave(passage);
    this.#ended(passage.request, passage.response, performance.now() - passage.startMs);
    if (passage.bytes === 0) return;
    const client = clientOf(passage.request);
    const rest = (this.#bytes.get(client) ?? 0) - passage.bytes;
    if (rest > 0) this.#bytes.set(client, rest);
    else this.#bytes.delete(client);
    this.#allBytes -= passage.bytes;
  }

  #endLate(answer: LateAnswer): void {
    const now = nowMs();
    this.#turns.fill();
    for (const { answerByMs, request, response } of this.#passing) {
      if (answerByMs > now || response.headersSent) continue;
      answer(unavailable('the request took too long'), request, response);
    }
  }
}

/** Operators share one turn. */
function clientOf(request: Request): string {
  return knownTokenOf(request)?.clientId ?? '';
}

/**
 * A request has come in whole, and may be worked on when its turn comes: at once where undefined is returned. Its time runs from
 * now on. Throws 503 when too many wait.
 */
export function takeTurn(request: Request): Promise<void> | undefined {
  const passage = passages.get(request);
  return passage?.traffic.begin(passage);
}

/** What is left of a request is sending its answer: its turn is another's. */
export function leaveTurn(request: Request): void {
  const passage = passages.get(request);
  passage?.traffic.leave(passage);
}

/** Counts bytes of the body of a request. Throws 503 when no more can be held. */
export function keepBytes(request: Request, bytes: number): void {
  const passage = passages.get(request);
  passage?.traffic.keep(passage, bytes);
}
