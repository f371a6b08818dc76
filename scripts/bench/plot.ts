/** A line of a plot: points of which both coordinates are positive. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A small plot with a title. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** What all panels of a drawing share. */
export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const columns = 3;
const cell = { width: 300, height: 220 } as const;
const margin = { left: 56, right: 12, top: 30, bottom: 38 } as const;
const header = 64;
const colours = ['#1f6f8b', '#c8553d', '#5b8c5a', '#7b5ea7'];
const text = 'font-family="system-ui, sans-serif" fill="#333"';

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** One, two or five times a power of ten that is not less. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= value) ?? value;
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

/** Draws small plots side by side: x by powers of ten, y from zero. Returns SVG. */
export function drawPanels({ title, x, y }: Axes, panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / columns);
  const [width, height] = [columns * cell.width, header + rows * cell.height];
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const drawn = panels.map((panel, place) => {
    const [left, top] = [(place % columns) * cell.width, header + Math.floor(place / columns) * cell.height];
    return `<g transform="translate(${left} ${top})">${drawPanel(panel, names)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${margin.left}" y="26" font-size="16" ${text}>${escaped(title)}</text>`,
    `<text x="${margin.left}" y="48" font-size="11" ${text}>across: ${escaped(x)}; up: ${escaped(y)}</text>`,
    ...names.map(legend),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function colourOf(names: readonly string[], name: string): string {
  return colours[names.indexOf(name) % colours.length] ?? '#000';
}

function legend(name: string, place: number, names: readonly string[]): string {
  const left = columns * cell.width - (names.length - place) * 130;
  return `<rect x="${left}" y="38" width="12" height="12" fill="${colourOf(names, name)}"/><text x="${left + 18}" y="48" font-size="11" ${text}>${escaped(name)}</text>`;
}

function drawPanel({ title, lines }: Panel, names: readonly string[]): string {
  const points = lines.flatMap((line) => line.points);
  const [low, high] = [Math.min(...points.map(([each]) => each)), Math.max(...points.map(([each]) => each))];
  const top = roundUp(Math.max(...points.map(([, value]) => value)));
  const inner = { width: cell.width - margin.left - margin.right, height: cell.height - margin.top - margin.bottom };
  const across = (value: number) =>
    margin.left + (low === high ? 0.5 : Math.log(value / low) / Math.log(high / low)) * inner.width;
  const up = (value: number) => margin.top + (1 - value / top) * inner.height;
  const grid = [0, 0.5, 1].map((share) => {
    const place = up(share * top);
    return `<path d="M${margin.left} ${place}h${inner.width}" stroke="#ddd"/><text x="${margin.left - 6}" y="${place + 4}" font-size="10" text-anchor="end" ${text}>${shortNumber(share * top)}</text>`;
  });
  const ticks = [...new Set(points.map(([value]) => value))].map(
    (value) =>
      `<text x="${across(value)}" y="${cell.height - margin.bottom + 16}" font-size="10" text-anchor="middle" ${text}>${shortNumber(value)}</text>`,
  );
  const drawn = lines.map(({ name, points: own }) => {
    const places = own.map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`);
    const dots = places.map(
      (place) => `<circle cx="${place.replace(',', '" cy="')}" r="2.5" fill="${colourOf(names, name)}"/>`,
    );
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${colourOf(names, name)}" stroke-width="1.5"/>${dots.join('')}`;
  });
  const heading = `<text x="${margin.left}" y="18" font-size="12" ${text}>${escaped(title)}</text>`;
  return [heading, ...grid, ...ticks, ...drawn].join('');
}
