import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

type Holder = (IncomingMessage | Socket) & Record<symbol, unknown>;

/**
 * A value that is kept on a request, or on its connection, for as long as that lasts. Not in a WeakMap: what such a map holds outlives the young
 * collections of the garbage collector, and every request with it, which costs more than the rest of a read.
 */
export class RequestSlot<Value> {
  readonly #key: symbol;

  constructor(name: string) {
    this.#key = Symbol(name);
  }

  get(holder: IncomingMessage | Socket): Value | undefined {
    // Nobody else has the key, so what is there was put there by `set`.
    return (holder as Holder)[this.#key] as Value | undefined;
  }

  set(holder: IncomingMessage | Socket, value: Value): void {
    (holder as Holder)[this.#key] = value;
  }
}
