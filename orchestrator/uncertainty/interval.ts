import { percentText } from '../report/format.ts';

/** Of the normal distribution: 95 % lie within so many deviations. */
const z = 1.959964;

/** Wilson's interval of a share, in percent: it stays within 0 and 100 and holds at 0 of n too. null of a base of 0. */
export function wilson(n: number, base: number): { low: number; high: number } | null {
  if (base === 0) return null;
  const share = n / base;
  const spread = z * z;
  const centre = share + spread / (2 * base);
  const reach = z * Math.sqrt((share * (1 - share)) / base + spread / (4 * base * base));
  const percent = (value: number) => Math.min(100, Math.max(0, (100 * value) / (1 + spread / base)));
  return { low: n === 0 ? 0 : percent(centre - reach), high: n === base ? 100 : percent(centre + reach) };
}

/** "0.00 to 3.70 %"; a dash of a base of 0. */
export function intervalText(n: number, base: number): string {
  const interval = wilson(n, base);
  return interval === null ? '–' : `${percentText(interval.low)} to ${percentText(interval.high)}\u00a0%`;
}
