import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mapFigure } from '../../../../orchestrator/report/figures/map.ts';
import { topGroupsFigure } from '../../../../orchestrator/report/figures/top-groups.ts';
import { makeResults } from '../results.ts';

const test = suite('what is drawn has room');

/** What is asked of an element of a document. */
interface Placed {
  getAttribute(name: string): string | null;
  parentElement: Placed | null;
}

interface Dot {
  x: number;
  y: number;
  r: number;
}

/** Where a mark of Plot stands: its own place, and that of each group around it. */
function placeOf(element: Placed): { x: number; y: number } {
  let [x, y] = [Number(element.getAttribute('cx') ?? 0), Number(element.getAttribute('cy') ?? 0)];
  for (let at: Placed | null = element; at !== null; at = at.parentElement) {
    const [, dx = '0', dy = '0'] = /translate\(([-\d.]+),\s*([-\d.]+)\)/.exec(at.getAttribute('transform') ?? '') ?? [];
    x += Number(dx);
    y += Number(dy);
  }
  return { x, y };
}

function documentOf(svg: string | null) {
  return parseHTML(svg ?? '').document;
}

async function dotsOf(servers: number[]): Promise<Dot[]> {
  const rows = servers.map((count, n) => ({
    ...{ latitude: 10, longitude: 10 + n / 100, city: 'A', country: 'B', servers: count },
  }));
  const { svg } = await mapFigure(makeResults({}, { map: rows }));
  return [...documentOf(svg).querySelectorAll('circle')].map((circle) => ({
    ...placeOf(circle),
    r: Number(circle.getAttribute('r')),
  }));
}

for (const most of [1, 10, 1000, 1_000_000]) {
  test(`with up to ${most} servers at a place the circles that sizes are read by do not touch`, async () => {
    const all = await dotsOf([most]);
    const legend = all.slice(1);
    assert.ok(legend.length >= 2, `${all.length} circles`);
    for (const [i, a] of legend.entries()) {
      for (const b of legend.slice(i + 1))
        assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > a.r + b.r, JSON.stringify([a, b]));
      assert.ok(a.x - a.r >= 0, 'cut off');
    }
  });
}

test('of places that lie over each other the smaller is drawn last, and the larger can be seen through', async () => {
  const rows = [1, 500, 20].map((servers) => ({ latitude: 10, longitude: 10, city: 'A', country: 'B', servers }));
  const { svg } = await mapFigure(makeResults({}, { map: rows }));
  const document = documentOf(svg);
  const group = [...document.querySelectorAll('g[aria-label=dot]')].find(
    (one) => one.querySelectorAll('circle').length === 3,
  );
  const radii = [...(group?.querySelectorAll('circle') ?? [])].map((circle) => Number(circle.getAttribute('r')));
  assert.equal(
    radii,
    radii.toSorted((a, b) => b - a),
  );
  assert.ok(Number(group?.getAttribute('fill-opacity')) < 1);
});

/** Groups of a list of a million names, of which all answered and all are capable: the widest labels and the highest bars. */
const groups = [10, 100, 1000, 10_000, 100_000, 1_000_000].map((top) => ({
  ...{ top, answered: top, capable: top, share: 100 },
}));

test('no label of Figure 5b is cut off or runs into its neighbour', () => {
  const { svg } = topGroupsFigure(makeResults({}, { top_groups: groups }));
  const document = documentOf(svg);
  const width = Number(document.querySelector('svg')?.getAttribute('width'));
  const labels = [...document.querySelectorAll('g[aria-label=text] text')].map((text) => {
    const lines = [...text.querySelectorAll('tspan')].map((line) => line.textContent ?? '');
    const y = placeOf(text).y + Number(text.getAttribute('y')?.replace('em', '') ?? 0) * 11;
    // a digit is 0.56 em wide, a comma half of that
    const wide = Math.max(
      ...lines.map((line) => line.replace(/,/g, '').length * 6.2 + (line.split(',').length - 1) * 3.1),
    );
    return { x: placeOf(text).x, top: y - 11 * lines.length, wide };
  });
  assert.is(labels.length, groups.length);
  for (const [i, { x, top, wide }] of labels.entries()) {
    assert.ok(top >= 0, `label ${i} begins ${top} px below the edge`);
    assert.ok(x + wide / 2 <= width, `label ${i} ends beyond the right edge`);
    const next = labels[i + 1];
    if (next !== undefined) assert.ok(next.x - next.wide / 2 >= x + wide / 2, `labels ${i} and ${i + 1} touch`);
  }
});

test('the last bar is the whole list by its name, whatever rank its last name has', () => {
  const rows = [...groups.slice(0, 2), { top: 508, answered: 490, capable: 4, share: 0.82 }];
  const { svg } = topGroupsFigure(makeResults({}, { top_groups: rows }));
  const names = [...documentOf(svg).querySelectorAll('g[aria-label="x-axis tick label"] text')].map(
    (text) => text.textContent,
  );
  assert.equal(names, ['10', '100', 'all']);
});

test.run();
