/** Steps within one power of ten, coarse to fine; no two neighbours of the last are more than 1.5 apart. */
const steps = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]];

const ENOUGH = 3;

/** Ticks of a logarithmic axis: the coarsest steps that give three. A range of 1 to 2.25 or more has two at least. */
export function logTicks(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) powers.push(power);
  let ticks: number[] = [];
  for (const step of steps) {
    const all = powers.flatMap((power) => step.map((n) => Number(`${n}e${power}`)));
    ticks = all.filter((tick) => tick >= low && tick <= high);
    if (ticks.length >= ENOUGH) break;
  }
  return ticks;
}
