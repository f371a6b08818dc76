import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

/** A socket that sends what is written to it in one turn of the event loop at once: to send costs more than what is sent. */
export class GatheringSocket extends Socket {
  #isGathering = false;

  override write(chunk: string | Uint8Array, written?: Written): boolean;
  override write(chunk: string | Uint8Array, encoding?: BufferEncoding, written?: Written): boolean;
  override write(chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written): boolean {
    this.#gather();
    return typeof encoding === 'function' ? super.write(chunk, encoding) : super.write(chunk, encoding, written);
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      this.uncork();
    });
  }
}
