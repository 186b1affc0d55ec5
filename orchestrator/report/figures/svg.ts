import * as Plot from '@observablehq/plot';
// The same library in one file; in 240 files it takes a tenth of a second of every start that draws.
import { parseHTML } from 'linkedom/worker';
import type { Row } from '../rows.ts';
import type { Column } from '../tables/table.ts';

/** One published figure with the rows it is drawn from. */
export interface Figure {
  /** File name of its SVG and CSV, without ending, and anchor in the page. */
  id: string;
  title: string;
  /** null: there is nothing to draw; `empty` says why. */
  svg: string | null;
  columns: Pick<Column, 'key' | 'kind'>[];
  rows: Row[];
  /** The denominator, as a sentence with its number. */
  denominator: string;
  /** What the figure means and what it does not mean. */
  meaning: string;
  empty: string;
}

/** Colours that survive print in grey and the common forms of colour blindness (Okabe and Ito). */
export const colours = {
  capable: '#0072b2',
  all: '#8a8f98',
  accent: '#d55e00',
  /** Of the text around: a page may be dark. */
  ink: 'currentColor',
  faint: '#d9dee4',
} as const;

export const font = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif';

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Path data to a tenth of a pixel: a third of the bytes and nothing to see. */
function shortenPaths(svg: string): string {
  return svg.replace(
    / d="([^"]*)"/g,
    (_, data: string) => ` d="${data.replace(/-?\d+\.\d+/g, (n) => String(Math.round(Number(n) * 10) / 10))}"`,
  );
}

export interface Drawing {
  id: string;
  title: string;
  /** What a reader who cannot see the figure should know. */
  description: string;
}

/** Draws a plot without a browser. The same input gives the same bytes; the SVG stands alone and can be set into a page. */
export function drawSvg({ id, title, description }: Drawing, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const plot = Plot.plot({
    ...options,
    document,
    className: 'plot',
    style: { fontFamily: font, fontSize: '12px' },
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-labelledby', `${id}-title ${id}-desc`);
  // Weaker than any rule of the page, which may be dark.
  const paper = '<style>:where(svg.plot){color:#1f2933;background:#fff}</style>';
  const head = `<title id="${id}-title">${escapeXml(title)}</title><desc id="${id}-desc">${escapeXml(description)}</desc>${paper}`;
  return shortenPaths(plot.outerHTML).replace(/^(<svg[^>]*>)/, `$1${head}`);
}
