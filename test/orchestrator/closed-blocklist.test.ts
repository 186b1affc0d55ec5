// needs: root
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../cli-words.ts';
import { cli, setUp } from './own-prober.ts';

const test = suite('what only root may read, and a run folder of somebody else');

/** Some user's; any but root's will do. */
const uid = 65_534;

/** A run whose folder and inputs are another user's. */
function theirs() {
  const place = setUp('198.18.9.77\n');
  const root = dirname(place.config);
  for (const path of ['', ...readdirSync(root)]) chownSync(join(root, path), uid, uid);
  return place;
}

test('a blocklist is refused before anybody is asked: who opts out later could not be read', async () => {
  const place = theirs();
  chownSync(place.at('blocklist'), 0, 0);
  chmodSync(place.at('blocklist'), 0o600);
  const closed = await cli('run', '-c', place.config, place.folder);
  assert.is(closed.exitCode, 2, closed.stdout);
  assert.match(closed.stderr, /^error E_PRIVILEGES: .*blocklist is not readable by user 65534/);
  assert.not.ok(existsSync(place.at('asked')));
});

test('a checkout is refused before anybody is asked, and the hint is about the checkout', async () => {
  const place = theirs();
  // as in /root; the mount is gone with its namespace
  const closed = join(place.at('closed'), 'checkout');
  mkdirSync(closed, { recursive: true });
  chmodSync(dirname(closed), 0o700);
  const script = 'mount --bind . "$1" && cd "$1" && shift && exec "$@"';
  const words = cliWords.map((word) => (isAbsolute(word) ? relative('.', word) : word));
  const run = [process.execPath, ...words, 'run', '-c', place.config, place.folder];
  const { exitCode, stdout, stderr } = await execa('unshare', ['-m', 'sh', '-c', script, 'sh', closed, ...run], {
    reject: false,
    input: '',
  });
  assert.is(exitCode, 2, stdout + stderr);
  assert.match(stderr, /^error E_PRIVILEGES: .*closed\/checkout\/.* is not readable by user 65534/);
  assert.match(stderr, /\n {2}mptcp-census itself must be open to them: .*chmod o\+x/);
  assert.not.ok(existsSync(place.at('asked')));
  assert.equal(readdirSync(place.folder), []);
});

test("so is a run folder of root's in the home of somebody else, where its programs could not open their files", async () => {
  const place = setUp('198.18.9.77\n');
  mkdirSync(place.folder);
  chownSync(dirname(place.config), uid, uid);
  assert.is(statSync(dirname(place.config)).mode & 0o777, 0o700, 'as a home is');
  const closed = await cli('run', '-c', place.config, place.folder);
  assert.is(closed.exitCode, 2, closed.stdout);
  assert.match(closed.stderr, /^error E_PRIVILEGES: .*\/run is not readable by user 0, who owns the run folder/);
  assert.not.ok(existsSync(place.at('asked')));
});

test.run();
