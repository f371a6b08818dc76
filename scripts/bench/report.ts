import type { Measurement } from './measure.js';
import type { Machine } from './machine.js';
import { floorName } from './targets.js';

const headings = ['work', 'users', 'CPU µs', '× express', 'req/s', 'p50 ms', 'p99 ms'];

/** A table: a title, and rows of cells under headings. */
export interface Table {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table of medians for each target and concurrency; ratios are to bare express at the same concurrency. */
export function tablesOf(measurements: readonly Measurement[]): readonly Table[] {
  const levels = [...new Set(measurements.map(({ concurrency }) => concurrency))];
  const muster = [...new Set(measurements.filter(({ users }) => users !== undefined).map(({ target }) => target))];
  return levels.flatMap((concurrency) => {
    const level = measurements.filter((each) => each.concurrency === concurrency);
    const floorUs = level.find(({ target }) => target === floorName)?.median.cpuUs ?? Number.NaN;
    const row = (measurement: Measurement) => rowOf(measurement, floorUs);
    const references = level.filter(({ users }) => users === undefined);
    const suffix = `${concurrency} at a time`;
    return [
      { title: `References, ${suffix}`, headings, rows: references.map(row) },
      ...muster.map((name) => ({
        title: `${name}, ${suffix}`,
        headings,
        rows: sorted(level.filter(({ target }) => target === name)).map(row),
      })),
    ];
  });
}

/** By work in the order of measuring, then by size. */
function sorted(measurements: readonly Measurement[]): readonly Measurement[] {
  const order = [...new Set(measurements.map(({ work }) => work))];
  return measurements.toSorted(
    (a, b) => order.indexOf(a.work) - order.indexOf(b.work) || (a.users ?? 0) - (b.users ?? 0),
  );
}

function rowOf({ work, users, median }: Measurement, floorUs: number): readonly string[] {
  return [
    work,
    users?.toLocaleString('en') ?? '',
    median.cpuUs.toFixed(0),
    (median.cpuUs / floorUs).toFixed(2),
    median.perSecond.toFixed(0),
    median.p50Ms.toFixed(2),
    median.p99Ms.toFixed(2),
  ];
}

/** A table for a terminal. */
export function plainTable({ title, headings: names, rows }: Table): string {
  const all = [names, ...rows];
  const widths = names.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [title, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** A table for a document. */
export function markdownTable({ title, headings: names, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = names.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`### ${title}`, '', line(names), line(rule), ...rows.map(line), ''].join('\n');
}

/** The facts about the machine, in one paragraph. */
export function machineText({ processor, cores, memoryGb, system, node, commit, date, loadBefore }: Machine): string {
  return `Measured on ${date} at commit ${commit}: ${processor}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; load before the run ${loadBefore}.`;
}
