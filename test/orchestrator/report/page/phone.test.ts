// takes: long
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Clients } from '../../../../orchestrator/clients/gather.ts';
import { writeReport } from '../../../../orchestrator/report/report.ts';
import { skipUnless } from '../../../skip.ts';
import { Chromium, whyNoChromium } from '../../site/chromium.ts';
import { serve } from '../../site/serve.ts';
import { Tab } from '../../site/tab.ts';
import { makeFacts } from '../facts.ts';
import { readCase, writeParquet } from '../parquet.ts';

const test = suite('the report on a phone');
/** What most people hold, and the narrowest that anybody does; how high the letters of a number at an axis are at least. */
const phones = [
  { width: 390, height: 844, dark: false, number: 9.5 },
  { width: 320, height: 568, dark: false, number: 9 },
];
/** Height of letters of a legend in pixels of the screen: without it a drawing says nothing. */
const legendSize = 12;

/** The texts of a drawing as the screen shows them: which figure, the words, how high the letters are, and where they end. */
const Texts = z.array(z.object({ figure: z.string(), words: z.string(), size: z.number(), right: z.number() }));
const texts = `[...document.querySelectorAll('figure svg text')].filter((one) => one.textContent !== '').map((one) => ({
  figure: one.closest('figure').id,
  words: one.textContent,
  size: parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a,
  right: one.getBoundingClientRect().right,
}))`;

/** Clients of others, so that the map has a legend of both. */
const clients: Clients = {
  files: [{ file: 'clients.ndjson', kind: 'traffic', clients: 1000, rejected: 0 }],
  ...{ total: 1000, placed: 1000, rejected: [], countries: new Map([['FI', 1000]]) },
  places: [{ latitude: 60.2, longitude: 24.9, clients: 1000 }],
};

/** Long words that nothing breaks by itself. */
const digest = '0123456789abcdef'.repeat(4);
const told = { result: digest, inputs: [{ file: 'list.csv', sha256: digest }] };

async function smallReport(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'phone-'));
  const { hosts, domains } = await readCase('test/cases/report/small');
  const paths = await writeParquet(join(folder, 'data'), hosts, domains);
  await writeReport({ ...paths, out: join(folder, 'report'), facts: makeFacts(told), clients });
  return join(folder, 'report');
}

test('words of every drawing can be read, and the legend of the map is there before anything is scrolled', async () => {
  const why = whyNoChromium();
  if (why !== null && skipUnless(false, 'the report on a phone', why)) return;
  const [browser, server] = [new Chromium(), await serve(await smallReport())];
  try {
    const tab = await Tab.open(browser);
    for (const phone of phones) {
      await tab.look(phone);
      await tab.go(`${server.url}index.html`);
      assert.ok(Number(await tab.value('document.documentElement.scrollWidth')) <= phone.width, 'the page is no wider');
      const shown = Texts.parse(await tab.value(texts));
      assert.ok(new Set(shown.map(({ figure }) => figure)).size >= 4);
      for (const { figure, words, size } of shown)
        assert.ok(size >= phone.number, `${phone.width} px, ${figure}: ${words}: ${size} px`);
      const legend = shown.filter(({ figure }) => figure === 'figure-map');
      assert.equal(
        legend.map(({ words }) => words),
        ['servers', 'clients', 'At a location', '1', '10', '100', '1,000'],
      );
      for (const { words, size, right } of legend)
        assert.ok(size >= legendSize && right <= phone.width, `${words}: ${size} px, ends at ${right} px`);
    }
  } finally {
    await browser.close();
    server.close();
  }
});

test.run();
