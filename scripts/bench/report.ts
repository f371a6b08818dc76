import { costlyFilterUsers } from '../../test/support/costly-filters.js';
import type { Measurement } from './measure.js';
import type { Machine } from './machine.js';
import type { Outcome } from './scenarios/scenario.js';
import { sizeLabel } from './seed.js';
import { costlyFilter, floorName } from './targets.js';

/** A table: a title, and rows of cells under headings. */
export interface Table {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How many rows a request reads on PostgreSQL, by work and size. */
export type RowsRead = ReadonlyMap<string, number>;

/** The key of a kind of work at a size in `RowsRead`. */
export function rowsKey(work: string, size: string): string {
  return `${size}\n${work}`;
}

const columns = ['CPU µs', '× express', 'req/s', 'p50 ms', 'p99 ms', 'stall ms', 'MB'];

/** CPU time of a request to bare express that many at a time. */
export function floorAt(measurements: readonly Measurement[], concurrency: number): number {
  const floor = measurements.find((each) => each.target === floorName && each.concurrency === concurrency);
  return floor?.median.cpuUs ?? Number.NaN;
}

/** A table of medians for each target and concurrency; ratios are to bare express at the same concurrency. */
export function tablesOf(measurements: readonly Measurement[], rowsRead: RowsRead): readonly Table[] {
  const requests = measurements.filter(({ work }) => !work.startsWith(costlyFilter));
  const levels = [...new Set(requests.map(({ concurrency }) => concurrency))].toSorted((a, b) => a - b);
  const muster = [...new Set(requests.filter(({ size }) => size !== undefined).map(({ target }) => target))];
  return levels.flatMap((concurrency) => {
    const level = requests.filter((each) => each.concurrency === concurrency);
    const floorUs = floorAt(measurements, concurrency);
    const references = level.filter(({ size }) => size === undefined);
    const suffix = `${concurrency} at a time`;
    const tables = muster.map((name) => {
      const rows = sorted(level.filter(({ target }) => target === name));
      return tableOf(`${name}, ${suffix}`, rows, { floorUs, rowsRead });
    });
    return [tableOf(`References, ${suffix}`, references, { floorUs, rowsRead }), ...tables].filter(
      ({ rows }) => rows.length > 0,
    );
  });
}

function tableOf(
  title: string,
  measurements: readonly Measurement[],
  { floorUs, rowsRead }: { readonly floorUs: number; readonly rowsRead: RowsRead },
): Table {
  const hasRows = title.includes('PostgreSQL') && rowsRead.size > 0;
  const rows = measurements.map((each) => [
    each.work,
    each.size === undefined ? '' : sizeLabel(each.size),
    ...figuresOf(each, floorUs),
    ...(hasRows && each.size !== undefined
      ? [rowsRead.get(rowsKey(each.work, sizeLabel(each.size)))?.toLocaleString('en') ?? '']
      : []),
  ]);
  return { title, headings: ['work', 'users', ...columns, ...(hasRows ? ['rows read'] : [])], rows };
}

/** By work in the order of measuring, then by size. */
function sorted(measurements: readonly Measurement[]): readonly Measurement[] {
  const order = [...new Set(measurements.map(({ work }) => work))];
  const total = ({ size }: Measurement) => (size === undefined ? 0 : size.users * size.clients + size.clients);
  return measurements.toSorted((a, b) => order.indexOf(a.work) - order.indexOf(b.work) || total(a) - total(b));
}

function figuresOf({ median }: Measurement, floorUs: number): readonly string[] {
  return [
    median.cpuUs.toFixed(0),
    Number.isNaN(floorUs) ? '' : (median.cpuUs / floorUs).toFixed(2),
    median.perSecond.toFixed(0),
    median.p50Ms.toFixed(2),
    median.p99Ms.toFixed(2),
    median.stallMs.toFixed(0),
    median.rssMb.toFixed(0),
  ];
}

/** The filters that are meant to cost much, each with what it took on both databases; undefined when none was measured. */
export function filterTable(measurements: readonly Measurement[]): Table | undefined {
  const filters = measurements.filter(({ work }) => work.startsWith(costlyFilter));
  if (filters.length === 0) return undefined;
  const targets = [...new Set(filters.map(({ target }) => target))];
  const works = [...new Set(filters.map(({ work }) => work))];
  const cells = (work: string, target: string) => {
    const found = filters.find((each) => each.work === work && each.target === target)?.median;
    return found === undefined ? ['', ''] : [found.p50Ms.toFixed(1), found.p99Ms.toFixed(1)];
  };
  return {
    title: `Filters that are meant to cost much, ${costlyFilterUsers.toLocaleString('en')} users, 1 at a time`,
    headings: [
      'filter',
      ...targets.flatMap((target) => [`${shortName(target)} p50 ms`, `${shortName(target)} p99 ms`]),
    ],
    rows: works.map((work) => [work.slice(costlyFilter.length), ...targets.flatMap((target) => cells(work, target))]),
  };
}

function shortName(target: string): string {
  return target.replace('Muster, ', '');
}

/** What the scenarios saw; undefined when there were none. */
export function scenarioTable(outcomes: readonly Outcome[]): Table | undefined {
  if (outcomes.length === 0) return undefined;
  const rows = outcomes.flatMap(({ scenario, database, size, figures }) =>
    figures.map(({ name, value, unit }) => [scenario, database, size, name, `${roundedText(value)} ${unit}`.trim()]),
  );
  return { title: 'What is no single request', headings: ['scenario', 'database', 'users', 'figure', 'value'], rows };
}

function roundedText(value: number): string {
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value).toLocaleString('en');
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
