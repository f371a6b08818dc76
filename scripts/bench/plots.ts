import type { Measurement } from './measure.js';
import { drawPanels, type Line, type Panel } from './plot.js';

/** A drawing, and the name of its file in `docs/`. */
export interface Drawing {
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

const drawnAt = 1;
const groupWork = /^group of ([\d,]+): (.*)$/;

function musterAt(measurements: readonly Measurement[]): readonly Measurement[] {
  return measurements.filter(({ size, concurrency }) => size?.clients === 1 && concurrency === drawnAt);
}

function linesOf(measurements: readonly Measurement[], across: (each: Measurement) => number): readonly Line[] {
  const targets = [...new Set(measurements.map(({ target }) => target))];
  return targets.map((target) => {
    const own = measurements.filter((each) => each.target === target);
    const points = own.map((each) => [across(each), each.median.cpuUs] as const);
    return { name: target.replace('Muster, ', ''), points: points.toSorted(([a], [b]) => a - b) };
  });
}

function panelsBy(
  measurements: readonly Measurement[],
  titleOf: (each: Measurement) => string,
  across: (each: Measurement) => number,
): readonly Panel[] {
  const titles = [...new Set(measurements.map(titleOf))];
  const panels = titles.map((title) => {
    const own = measurements.filter((each) => titleOf(each) === title);
    return { title, lines: linesOf(own, across) };
  });
  return panels.filter(({ lines }) => lines.some(({ points }) => points.length > 1));
}

/** Draws the cost of each kind of work against the size of the client, and against that of the group; what has one size is left out. */
export function drawCosts(measurements: readonly Measurement[]): readonly Drawing[] {
  const muster = musterAt(measurements);
  const requests = muster.filter(({ work }) => !groupWork.test(work));
  const most = Math.max(...muster.map(({ size }) => size?.users ?? 0));
  const groups = muster.filter(({ work, size }) => groupWork.test(work) && size?.users === most);
  const byUsers = panelsBy(
    requests,
    ({ work }) => work,
    ({ size }) => size?.users ?? 0,
  );
  const byMembers = panelsBy(
    groups,
    ({ work }) => groupWork.exec(work)?.[2] ?? work,
    ({ work }) => Number((groupWork.exec(work)?.[1] ?? '').replaceAll(',', '')),
  );
  const y = 'CPU µs of the server for one request, one at a time';
  const drawings = [
    {
      file: 'cost-by-users.svg',
      axes: { title: 'Cost against the size of the client', x: 'users', y },
      panels: byUsers,
    },
    {
      file: 'cost-by-members.svg',
      axes: { title: 'Cost against the size of the group', x: 'members', y },
      panels: byMembers,
    },
  ];
  return drawings
    .filter(({ panels }) => panels.length > 0)
    .map(({ file, axes, panels }) => ({ file, alt: axes.title, svg: drawPanels(axes, panels) }));
}
