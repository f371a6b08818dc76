/** The time now, in milliseconds since 1970. The only place that asks the machine for it. */
export function nowMs(): number {
  return Date.now();
}

/** The time now as ISO 8601 UTC with milliseconds, the form in which instants are stored, compared and shown. */
export function nowInstant(): string {
  return instantOf(nowMs());
}

/** An instant from milliseconds since 1970, as ISO 8601 UTC with milliseconds. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
