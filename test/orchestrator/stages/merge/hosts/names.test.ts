import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resolved, scanned, target } from '../../records.ts';
import { mergeOf } from '../merged.ts';

const test = suite('merge-host-names');

const address = '198.18.0.1';

test('the names of a host stand by rank, those without one at the end by name, each once with its best rank', async () => {
  const { hosts } = await mergeOf({
    scan: [scanned(address, [])],
    targets: [
      target('z.example', null),
      target('y.example', null),
      target('c.example', 10),
      target('b.example', 3),
      target('b.example', 2, true),
      target('a.example', 9, true),
    ],
    resolve: ['z.example', 'y.example', 'c.example', 'b.example', 'www.b.example', 'www.a.example'].map((name) =>
      resolved(name, [address]),
    ),
  });
  assert.equal(hosts[0]?.domains, [
    { name: 'b.example', rank: 2, www: false },
    { name: 'a.example', rank: 9, www: true },
    { name: 'c.example', rank: 10, www: false },
    { name: 'y.example', rank: null, www: false },
    { name: 'z.example', rank: null, www: false },
  ]);
});

test('two names of a host stand by rank, whichever comes first in the list and by name', async () => {
  const pairs = Array.from({ length: 9 }, (_, index) => ({
    host: `198.18.0.${index + 1}`,
    names: [`${index * 7}.example`, `${40 - index * 4}.test`] as const,
    ranks: index % 2 === 0 ? ([2, 1] as const) : ([1, 2] as const),
  }));
  const { hosts } = await mergeOf({
    scan: pairs.map(({ host }) => scanned(host, [])),
    targets: pairs.flatMap(({ names, ranks }) => names.map((name, at) => target(name, ranks[at] ?? null))),
    resolve: pairs.flatMap(({ host, names }) => names.map((name) => resolved(name, [host]))),
  });
  assert.equal(
    hosts.map(({ domains }) => domains.map(({ rank }) => rank)),
    pairs.map(() => [1, 2]),
  );
});

test.run();
