/** How long what may take, in milliseconds. */
export interface TimeLimits {
  /** Until the headers of a request have come in. */
  readonly headersMs: number;
  /** Until all of a request has come in. */
  readonly bodyMs: number;
  /** From then until it is answered. */
  readonly requestMs: number;
  /** Of that, the time that is left for a commit: a transaction that is not ready before it is given up. */
  readonly commitMs: number;
  /** A connection on which neither side has said anything for so long is closed, such as one whose answer nobody reads. */
  readonly silenceMs: number;
  /** From the signal to stop until connections are cut. */
  readonly graceMs: number;
  /** How often the above are looked at. */
  readonly checkMs: number;
}

export const timeLimits: TimeLimits = {
  headersMs: 10_000,
  bodyMs: 30_000,
  requestMs: 30_000,
  commitMs: 2_000,
  silenceMs: 60_000,
  graceMs: 8_000,
  checkMs: 100,
};
