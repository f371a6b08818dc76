import type { IncomingMessage } from 'node:http';

/**
 * A value that is kept on a request for as long as it lasts. Not in a WeakMap: what such a map holds outlives the young
 * collections of the garbage collector, and every request with it, which costs more than the rest of a read.
 */
export class RequestSlot<Value> {
  readonly #key: symbol;

  constructor(name: string) {
    this.#key = Symbol(name);
  }

  get(request: IncomingMessage): Value | undefined {
    // Nobody else has the key, so what is there was put there by `set`.
    return Reflect.get(request, this.#key) as Value | undefined;
  }

  set(request: IncomingMessage, value: Value): void {
    Reflect.set(request, this.#key, value);
  }
}
