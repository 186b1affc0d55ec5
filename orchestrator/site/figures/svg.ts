import { visible } from '../../view/visible.ts';

/**
 * Drawings without a style of their own: colours stand in attributes, and classes let the page's style sheet give them those of a dark
 * page. A strict policy blocks style attributes, so none is written.
 */
export const ink = {
  text: '#1f2933',
  soft: '#52606d',
  line: '#d9dee4',
  v1: '#0072b2',
  confirmed: '#00694c',
  v0: '#b45309',
} as const;

export function escapeXml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A number as a coordinate: a tenth of a pixel is enough. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function drawing(
  {
    id,
    title,
    description,
    width,
    height,
  }: { id: string; title: string; description: string; width: number; height: number },
  body: string,
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-family="system-ui, -apple-system, Segoe UI, Helvetica Neue, DejaVu Sans, sans-serif" font-size="12"><title id="${id}-title">${escapeXml(title)}</title><desc id="${id}-desc">${escapeXml(description)}</desc>${body}</svg>`;
}

/** About n round numbers from 0 to the largest value and past it. */
export function ticks(most: number, n: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
