import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a port that can be made slow, or silent. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #delayMs = 0;
  /** What waits while nothing is let through. */
  #held: (() => void)[] | undefined;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  /** Listens on a free loopback port. */
  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  /** From now on everything takes so long in either direction. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on nothing arrives, and no connection ends. */
  hold(): void {
    this.#held ??= [];
  }

  /** Lets through what was held, and everything from now on. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    this.#carry(near, far);
    this.#carry(far, near);
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => this.#later(() => to.write(chunk)));
    // An end is news like any other, and takes as long.
    from.on('close', () => {
      this.#sockets.delete(from);
      this.#later(() => to.destroy());
    });
    from.on('error', () => from.destroy());
  }

  /** Timers of one length fire in the order in which they were set. */
  #later(deliver: () => void): void {
    const held = this.#held;
    if (held !== undefined) held.push(deliver);
    else if (this.#delayMs === 0) deliver();
    else setTimeout(() => this.#arrive(deliver), this.#delayMs);
  }

  #arrive(deliver: () => void): void {
    const held = this.#held;
    if (held === undefined) deliver();
    else held.push(deliver);
  }
}
