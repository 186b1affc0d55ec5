// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../../orchestrator/commands/commands.ts';
import { cli, finished, type Place, requireOneLine, shell } from './shell.ts';

const test = suite('who reads what is printed');

const made = finished();
const another = finished();

/** What each command that prints is given. */
const printing: Readonly<Record<string, (place: Place & { other: string }) => string>> = {
  init: ({ root }) => `init ${root}/new-${Math.random()}.yaml`,
  doctor: () => 'doctor',
  run: ({ config, root }) => `run -c ${config} ${root}/run-${Math.random()}`,
  cat: ({ folder }) => `cat ${folder} resolve`,
  replay: ({ folder, root }) => `replay ${folder} --into ${root}/replay-${Math.random()}`,
  verify: ({ folder }) => `verify ${folder}`,
  purge: ({ folder }) => `purge nobody.example ${folder}`,
  probing: ({ config }) => `probing -c ${config}`,
  ethics: ({ folder }) => `ethics ${folder}`,
  judge: () => 'judge < test/fixtures/zmap/v0.ndjson',
  audit: ({ folder }) => `audit ${folder}`,
  traffic: () => 'traffic test/fixtures/linux618.pcap',
  history: ({ folder, root }) => `history ${folder} --out ${root}/series-${Math.random()}`,
  diff: ({ folder, other }) => `diff ${folder} ${other} --json`,
  release: ({ folder, root }) => `release ${folder} --out ${root}/release-${Math.random()}`,
  site: ({ folder, root }) => `site ${folder} --out ${root}/site-${Math.random()}`,
};

test('of every command it is known here what it prints', () => {
  const names: string[] = [];
  const program = {
    command: (name: string) => {
      names.push(name);
    },
  };
  for (const add of commands) {
    try {
      Reflect.apply(add, undefined, [program, {}]);
    } catch {
      // it goes on with what `command` gives
    }
  }
  assert.equal(names.sort(), Object.keys(printing).sort());
});

for (const [name, args] of Object.entries(printing)) {
  test(`${name} ends quietly when its reader goes away, and with 1 when its output cannot be written`, async () => {
    const place = { ...(await made), other: (await another).folder };
    const gone = await shell(`${cli} ${args(place)} | true`);
    const full = await shell(`${cli} ${args(place)} > /dev/full`);
    assert.is(gone.stderr, '');
    // doctor has said what is missing before anybody goes away.
    if (name !== 'doctor') assert.is(gone.exitCode, 0);
    assert.is(full.exitCode, 1);
    requireOneLine(full.stderr, /^error E_OUTPUT: standard output cannot be written: ENOSPC/m);
    assert.is(full.stderr.match(/E_OUTPUT/g)?.length, 1);
  });
}

test.run();
