/** What a drill found: what it measured, and where a promise was broken. */
export interface Findings {
  readonly figures: readonly string[];
  readonly violations: readonly string[];
}

const mostShown = 20;

/** Collects what a drill finds while it goes on. */
export class Journal {
  readonly #figures: string[] = [];
  readonly #violations: string[] = [];
  readonly #counts = new Map<string, number>();

  /** A line for the end. */
  figure(text: string): void {
    this.#figures.push(text);
  }

  /** A promise was broken. */
  violation(text: string): void {
    this.#violations.push(text);
  }

  /** Breaks a promise unless the condition holds. */
  require(holds: boolean, promise: string): void {
    if (!holds) this.violation(promise);
  }

  /** Counts something by name. */
  count(name: string, by = 1): void {
    this.#counts.set(name, this.countOf(name) + by);
  }

  /** How often something has been counted. */
  countOf(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get findings(): Findings {
    return { figures: [...this.#figures], violations: [...this.#violations] };
  }
}

/** The findings as a person reads them: the figures, then what was broken, the first of many. */
export function findingLines({ figures, violations }: Findings): readonly string[] {
  if (violations.length === 0) return [...figures, 'no violation'];
  const shown = violations.slice(0, mostShown).map((text) => `VIOLATION ${text}`);
  const rest = violations.length > mostShown ? [`… and ${violations.length - mostShown} more`] : [];
  return [...figures, ...shown, ...rest];
}

/** Of numbers, the smallest that this share of them does not exceed; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Times in a line: how many, the middle one, the ninety-ninth of a hundred, the longest. */
export function timesLine(name: string, timesMs: readonly number[]): string {
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => Math.round(quantile(timesMs, share)));
  return `${name}: ${timesMs.length} times, p50 ${p50} ms, p99 ${p99} ms, longest ${most} ms`;
}
