// runs: behind
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeWeek } from '../../../scripts/bench/site/world.ts';
import { place, siteOf, world } from './made.ts';
import { filesOf, viewsOf } from './published.ts';

const test = suite('site: of little, and of some');
const documentOf = (text: string) => parseHTML(text).document;

test('where hardly anything may be told, words stand in place of numbers, and no empty map', async () => {
  const run = await writeWeek(place('few-runs'), { ...world, addresses: 60, ases: 30 }, 0);
  const few = await filesOf(await siteOf([run], 'few', { k: 20 }));
  const front = documentOf(few.get('index.html') ?? '');
  assert.is(front.getElementById('capable-v1')?.className, 'figure words');
  assert.is(few.has('data/v1/map.svg'), false);
  assert.match(
    front.body.textContent ?? '',
    /Endpoints capable of MPTCP v1 per country\s*No value of it may be disclosed/,
  );
  const list = documentOf(few.get('country/index.html') ?? '');
  const all = [...list.querySelectorAll('#list tfoot tr')].at(-1);
  assert.is(all?.querySelector('.withheld')?.textContent, 'withheld');
});

test('no shade of the map is for fewer than any country has', async () => {
  const run = await writeWeek(place('runs'), { ...world, addresses: 2500 }, 0);
  const files = await filesOf(await siteOf([run], 'some'));
  const told =
    viewsOf(files)
      .get('map')
      ?.rows.map((row) => row.capable_v1) ?? [];
  const least = Math.min(...told.filter((n): n is number => typeof n === 'number' && n > 0));
  const legend = [...(files.get('data/v1/map.svg') ?? '').matchAll(/font-size="11">([\d,]+)</g)].map(([, n]) =>
    Number(n?.replace(',', '')),
  );
  assert.is(legend.length, 5);
  assert.is(legend[0], least);
});

test.run();
