import { median, press, type Sample } from './load.js';
import type { BenchOptions } from './options.js';
import { sizeLabel, type Size } from './seed.js';
import type { Target, TargetWork } from './target.js';

const warmUpFactor = 3;

/** All repetitions of one measurement, and their medians. */
export interface Measurement {
  readonly target: string;
  readonly size: Size | undefined;
  readonly work: string;
  readonly concurrency: number;
  readonly samples: readonly Sample[];
  readonly median: Sample;
}

interface Cell {
  readonly target: Target;
  readonly work: TargetWork;
  readonly concurrency: number;
  readonly samples: Sample[];
}

/**
 * Measures every kind of work of every target, `repetitions` times. The repetitions are interleaved, so that what else the
 * machine does meets all of them alike, and each target is warmed up first.
 */
export async function measure(
  targets: readonly Target[],
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<readonly Measurement[]> {
  const cells: readonly Cell[] = targets.flatMap((target) =>
    target.work
      .filter(({ name }) => target.size === undefined || name.includes(options.only))
      .flatMap((work) => levelsOf(work, options).map((concurrency) => ({ target, work, concurrency, samples: [] }))),
  );
  for (const target of targets) {
    progress(`warming up ${target.name}${target.size === undefined ? '' : `, ${sizeLabel(target.size)} users`}`);
    await warmUp(
      cells.filter((cell) => cell.target === target),
      options,
    );
  }
  for (let repetition = 1; repetition <= options.repetitions; repetition++) {
    progress(`repetition ${repetition} of ${options.repetitions}`);
    for (const { target, work, concurrency, samples } of byWork(cells)) {
      samples.push(await press(target, work, { concurrency, seconds: options.seconds }));
    }
  }
  return cells.map(({ target, work, concurrency, samples }) => ({
    target: target.name,
    size: target.size,
    work: work.name,
    concurrency,
    samples,
    median: medians(samples),
  }));
}

function levelsOf({ concurrency, alsoAt }: TargetWork, options: BenchOptions): readonly number[] {
  return [...(concurrency ?? options.concurrency), ...(alsoAt === undefined ? [] : [alsoAt])];
}

/** Every kind of work for a while at a high pressure, so that the compiler has seen what it will see. */
async function warmUp(cells: readonly Cell[], { seconds, concurrency }: BenchOptions): Promise<void> {
  const kinds = new Map(cells.map(({ target, work }) => [work, target]));
  for (const [work, target] of kinds) {
    const level = Math.max(...(work.concurrency ?? concurrency));
    await press(target, work, { concurrency: level, seconds: seconds * warmUpFactor });
  }
}

/** Targets in turn for each kind of work, rather than all the work of one target at a time. */
function byWork(cells: readonly Cell[]): readonly Cell[] {
  const kinds = [...new Set(cells.map(({ work }) => work.name))];
  return kinds.flatMap((kind) => cells.filter(({ work }) => work.name === kind));
}

function medians(samples: readonly Sample[]): Sample {
  const of = (name: keyof Sample) => median(samples.map((sample) => sample[name]));
  return {
    requests: of('requests'),
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuUs: of('cpuUs'),
    rssMb: of('rssMb'),
    stallMs: of('stallMs'),
  };
}
