import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clients } from '../../../orchestrator/clients/gather.ts';
import { mapFigure } from '../../../orchestrator/report/figures/map.ts';
import { countryTable } from '../../../orchestrator/report/tables/places.ts';
import { makeResults } from '../report/results.ts';

const test = suite('clients/shown');

const clients: Clients = {
  files: [
    { file: 'honeymap.json', kind: 'list', clients: 240, rejected: 2 },
    { file: 'clients.ndjson', kind: 'traffic', clients: 10, rejected: 0 },
  ],
  total: 250,
  countries: new Map([
    ['FI', 25],
    ['SE', 225],
  ]),
  places: [{ latitude: 60.2, longitude: 24.9, clients: 25 }],
  placed: 25,
  rejected: [],
};
const rows = {
  table1: [
    { country: 'FI', servers: 1 },
    { country: 'DE', servers: 1 },
  ],
  map: [],
};
const known = [{ field: 'country', known: 2, missing: [] }];

test('Table 1 has the clients of its countries, their share of all clients, and how both were gathered', () => {
  const {
    columns,
    rows: shown,
    denominator,
    meaning,
  } = countryTable({ ...makeResults({ addresses_capable: 2 }, rows, known), clients });
  assert.equal(
    columns.slice(-2).map(({ key }) => key),
    ['clients', 'clients_ratio'],
  );
  assert.equal(
    shown.map((row) => [row.country, row.clients, row.clients_ratio]),
    [
      ['FI', 25, 10],
      ['DE', 0, 0],
    ],
  );
  assert.match(denominator, '250 clients in 2 countries, those without servers among them');
  assert.match(
    denominator,
    'honeymap.json (240 entries of a list, 2 entries unread), clients.ndjson (10 clients of captures)',
  );
  for (const said of ['gathered differently', 'made by others', 'offered MPTCP in a SYN']) assert.match(meaning, said);
});

test('without clients nothing is said of any', async () => {
  const table = countryTable(makeResults({}, rows, known));
  assert.not.match(JSON.stringify(table), /client/i);
  const { svg, columns } = await mapFigure(
    makeResults({}, { map: [{ latitude: 1, longitude: 2, city: null, country: 'FI', servers: 1 }] }),
  );
  assert.not.match(`${svg}${JSON.stringify(columns)}`, /client/i);
});

test('Figure 4 has both layers with a legend, and both in its CSV', async () => {
  const servers = [{ latitude: 60.2, longitude: 24.9, city: 'Helsinki', country: 'FI', servers: 3 }];
  const { svg, rows: shown, denominator, meaning } = await mapFigure({ ...makeResults({}, { map: servers }), clients });
  assert.is(svg?.match(/<circle/g)?.length, 1 + 1 + 2 + 2, 'a dot of each layer, two of the legend, two sizes');
  for (const word of ['>servers<', '>clients<', 'Beside them 25 clients']) assert.match(svg ?? '', word);
  assert.equal(
    shown.map((row) => [row.servers, row.clients]),
    [
      [3, undefined],
      [null, 25],
    ],
  );
  assert.match(denominator, 'Of the clients 25 of 250 (10.00\u00a0%) have a position.');
  assert.match(meaning, 'gathered differently');
});

test('clients of a run without a located server are drawn all the same', async () => {
  assert.match((await mapFigure({ ...makeResults({}), clients })).svg ?? '', '>clients<');
});

test.run();
