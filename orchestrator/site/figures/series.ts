import { formatCount } from '../../report/format.ts';
import { at, drawing, escapeXml, ink, ticks } from './svg.ts';

export interface Line {
  name: string;
  /** Class and colour. */
  of: 'v1' | 'confirmed' | 'v0';
  /** One value for each time; null: withheld or not measured, drawn as a gap. */
  values: (number | null)[];
  /** Points of which a part is withheld: rings, for at least so many. */
  atLeast?: boolean[];
}

export interface Series {
  id: string;
  title: string;
  /** UTC, ISO 8601, oldest first. */
  times: string[];
  lines: Line[];
  /** Between these the value lies; null where it is not told. */
  band?: ({ low: number; high: number } | null)[];
  unit: 'endpoints' | 'percent';
  /** What changed with a point, so that it cannot be compared with the one before. */
  marks: { time: string; text: string }[];
  wide?: boolean;
}

const [left, right, top, bottom] = [58, 16, 34, 44];

function dayOf(time: string): string {
  return time.slice(0, 10);
}

function label(value: number, unit: Series['unit']): string {
  return unit === 'percent' ? `${Number(value.toPrecision(6))} %` : formatCount(value);
}

/** Days to write below the axis: so many that they do not touch, the first and the last among them. */
function dayTicks(times: readonly string[], width: number): string[] {
  const days = [...new Set(times.map(dayOf))];
  const every = Math.max(1, Math.ceil(((days.length - 1) * 120) / width));
  const chosen = days.filter((_, i) => i % every === 0 && (days.length - 1 - i >= every || i === 0));
  return [...new Set([...chosen, days.at(-1) ?? ''])];
}

/** Runs of points without a gap. */
function pieces(points: (readonly [number, number] | null)[]): (readonly [number, number])[][] {
  const found: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (point === null) found.push([]);
    else found.at(-1)?.push(point);
  }
  return found.filter((piece) => piece.length > 0);
}

function lineSvg(
  { of, name, values, atLeast = [] }: Line,
  times: readonly string[],
  x: (time: string) => number,
  y: (value: number) => number,
  unit: Series['unit'],
): string {
  const points = values.map((value, i) => (value === null ? null : ([x(times[i] ?? ''), y(value)] as const)));
  const paths = pieces(points).map(
    (piece) =>
      `<polyline class="line ${of}" fill="none" stroke="${ink[of]}" stroke-width="2" points="${piece.map(([a, b]) => `${at(a)},${at(b)}`).join(' ')}"/>`,
  );
  const dots = values.flatMap((value, i) => {
    const point = points[i];
    if (value === null || point == null) return [];
    const ring = atLeast[i] === true;
    const text = `${dayOf(times[i] ?? '')}: ${ring ? 'at least ' : ''}${label(value, unit)} ${name}`;
    const look = ring
      ? `class="ring ${of}" fill="#ffffff" stroke="${ink[of]}" stroke-width="2"`
      : `class="dot ${of}" fill="${ink[of]}"`;
    return [
      `<circle ${look} cx="${at(point[0])}" cy="${at(point[1])}" r="${times.length > 60 ? 1.6 : 3}"><title>${escapeXml(text)}</title></circle>`,
    ];
  });
  return paths.join('') + dots.join('');
}

function bandSvg({ band = [], times }: Series, x: (time: string) => number, y: (value: number) => number): string {
  const at1 = (i: number) => x(times[i] ?? '');
  const highs = band.map((range, i) => (range === null ? null : ([at1(i), y(range.high)] as const)));
  const lows = band.map((range, i) => (range === null ? null : ([at1(i), y(range.low)] as const)));
  const lowPieces = pieces(lows);
  return pieces(highs)
    .map((piece, i) => {
      const around = [...piece, ...[...(lowPieces[i] ?? [])].reverse()];
      return `<polygon class="band" fill="${ink.v1}" fill-opacity="0.18" points="${around.map(([a, b]) => `${at(a)},${at(b)}`).join(' ')}"/>`;
    })
    .join('');
}

function axes(
  series: Series,
  size: { width: number; height: number },
  x: (time: string) => number,
  y: (value: number) => number,
  levels: number[],
): string {
  const days = dayTicks(series.times, size.width - left - right);
  const horizontal = levels.map(
    (value) =>
      `<line class="grid" stroke="${ink.line}" x1="${left}" x2="${size.width - right}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="soft" fill="${ink.soft}" x="${left - 8}" y="${at(y(value) + 4)}" text-anchor="end">${label(value, series.unit)}</text>`,
  );
  const vertical = days.map((day, i) => {
    const anchor = days.length > 1 && i === days.length - 1 ? 'end' : i === 0 ? 'start' : 'middle';
    const time = series.times.find((one) => dayOf(one) === day) ?? day;
    return `<line class="grid" stroke="${ink.line}" x1="${at(x(time))}" x2="${at(x(time))}" y1="${size.height - bottom}" y2="${size.height - bottom + 5}"/><text class="soft" fill="${ink.soft}" x="${at(x(time))}" y="${size.height - bottom + 20}" text-anchor="${anchor}">${day}</text>`;
  });
  return horizontal.join('') + vertical.join('');
}

function marksSvg({ marks }: Series, height: number, x: (time: string) => number): string {
  return marks
    .map(
      ({ time, text }, i) =>
        `<g><title>${escapeXml(`${dayOf(time)}: ${text}`)}</title><line class="mark" stroke="${ink.soft}" stroke-dasharray="3 3" x1="${at(x(time))}" x2="${at(x(time))}" y1="${top}" y2="${height - bottom}"/><text class="soft" fill="${ink.soft}" x="${at(x(time) + 3)}" y="${top + 10}" font-size="10">${i + 1}</text></g>`,
    )
    .join('');
}

/** Names above the plot, in the colours of the lines: no key to look up. */
function legend(lines: readonly Line[]): string {
  let x = left;
  return lines
    .map(({ name, of }) => {
      const here = x;
      x += 26 + name.length * 6.6;
      return `<line class="line ${of}" stroke="${ink[of]}" stroke-width="3" x1="${here}" x2="${here + 14}" y1="14" y2="14"/><text class="text" fill="${ink.text}" x="${here + 19}" y="18">${escapeXml(name)}</text>`;
    })
    .join('');
}

/** Counts or shares over time, from zero; null where no value is told. */
export function seriesSvg(series: Series): string | null {
  const size = { width: series.wide === true ? 900 : 560, height: 260 };
  const all = [
    ...series.lines.flatMap(({ values }) => values),
    ...(series.band ?? []).map((range) => range?.high ?? null),
  ];
  const known = all.filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  const levels = ticks(Math.max(...known), 4);
  const most = levels.at(-1) ?? 1;
  const stamps = series.times.map((time) => Date.parse(time));
  const [from, to] = [Math.min(...stamps), Math.max(...stamps)];
  const x = (time: string) =>
    to === from
      ? (left + size.width - right) / 2
      : left + 6 + ((Date.parse(time) - from) / (to - from)) * (size.width - left - right - 12);
  const y = (value: number) => size.height - bottom - (value / most) * (size.height - top - bottom);
  const last = series.lines.map(({ name, values }) => {
    const value = values.at(-1) ?? null;
    return value === null ? `${name}: not shown` : `${name}: ${label(value, series.unit)}`;
  });
  const description = `${series.times.length === 1 ? 'One run' : `${series.times.length} runs`}, ${dayOf(series.times[0] ?? '')} to ${dayOf(series.times.at(-1) ?? '')}. Last: ${last.join('; ')}.`;
  const body = [
    axes(series, size, x, y, levels),
    marksSvg(series, size.height, x),
    bandSvg(series, x, y),
    ...series.lines.map((line) => lineSvg(line, series.times, x, y, series.unit)),
    legend(series.lines),
    `<text class="soft" fill="${ink.soft}" x="${size.width - right}" y="18" text-anchor="end">${series.unit === 'percent' ? 'share of SYN/ACKs' : 'endpoints'}</text>`,
    `<text class="soft" fill="${ink.soft}" x="${size.width - right}" y="${size.height - 6}" text-anchor="end">day of the scan, UTC</text>`,
  ];
  return drawing({ id: series.id, title: series.title, description, ...size }, body.join(''));
}
