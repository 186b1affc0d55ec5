import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cdfFigure } from '../../../../orchestrator/report/figures/cdf.ts';
import { makeResults } from '../results.ts';

const test = suite('report/figures/cdf');

const summary = { domains_listed: 5000, domains_answered: 1500 };
const rows = [
  { series: 'answered', rank: 100, share: 0.5, n: 1500 },
  { series: 'answered', rank: 4000, share: 1, n: 1500 },
  { series: 'capable', rank: 1000, share: 1, n: 2 },
];

/** Corners of each line, as pairs of pixels. */
function linesOf(svg: string): [x: number, y: number][][] {
  const { document } = parseHTML(svg);
  return [...document.querySelectorAll('[aria-label="line"] path')].map((path) => {
    let at: [number, number] = [0, 0];
    return [...(path.getAttribute('d') ?? '').matchAll(/([MLHV])([-\d.]+)(?:,([-\d.]+))?/g)].map(
      ([, letter, first, second]) => {
        if (letter === 'H') at = [Number(first), at[1]];
        else if (letter === 'V') at = [at[0], Number(first)];
        else at = [Number(first), Number(second)];
        return at;
      },
    );
  });
}

const drawn = cdfFigure(makeResults(summary, { rank_cdf: rows }));
const lines = linesOf(drawn.svg ?? '');

test('both lines run from the first rank to the last of any series, and from no domain to all', () => {
  assert.is(lines.length, 2);
  const ends = lines.map((line) => [line[0], line.at(-1)]);
  assert.equal(ends[0], ends[1]);
  const [start, end] = ends[0] ?? [];
  assert.ok((start?.[0] ?? 0) < (end?.[0] ?? 0) && (start?.[1] ?? 0) > (end?.[1] ?? 0));
});

test('a line rises at its rank, not before: the figure has steps, no slopes and no way back', () => {
  for (const line of lines)
    for (const [i, [x, y]] of line.entries()) {
      const [px, py] = line[i - 1] ?? [x, y];
      assert.ok(x >= px && (x === px || y === py), `slope or way back at ${x},${y}`);
    }
  const [answered = [], capable = []] = lines;
  const rise = (line: [number, number][]) => line.find(([, y], i) => i > 0 && y !== line[0]?.[1])?.[0] ?? 0;
  assert.ok(rise(answered) < rise(capable));
});

test('the figure names the size of both series, in the labels and in the denominator', () => {
  assert.match(drawn.svg ?? '', 'MPTCP-capable (n = 2)');
  assert.match(drawn.svg ?? '', 'all that answered (n = 1,500)');
  assert.match(drawn.denominator, 'n = 2 ranked domains with a capable address, beside 1,500');
});

test('without a ranked capable domain nothing is drawn, and the reason is told', () => {
  const none = cdfFigure(makeResults(summary, { rank_cdf: rows.filter(({ series }) => series === 'answered') }));
  assert.is(none.svg, null);
  assert.match(none.empty, 'No ranked domain has a capable address, out of 1,500');
  assert.match(cdfFigure(makeResults({ ...summary, domains_listed: 0 })).empty, 'no list of names');
});

test.run();
