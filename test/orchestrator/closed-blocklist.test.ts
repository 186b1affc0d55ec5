// needs: root
import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cli, setUp } from './own-prober.ts';

const test = suite('a blocklist of root alone, and a run folder of somebody else');

/** Some user's; any but root's will do. */
const uid = 65_534;

test('is refused before anybody is asked: who opts out later could not be read', async () => {
  const place = setUp('198.18.9.77\n');
  const root = dirname(place.config);
  for (const path of ['', ...readdirSync(root)]) chownSync(join(root, path), uid, uid);
  chownSync(place.at('blocklist'), 0, 0);
  chmodSync(place.at('blocklist'), 0o600);
  const closed = await cli('run', '-c', place.config, place.folder);
  assert.is(closed.exitCode, 2, closed.stdout);
  assert.match(closed.stderr, /^error E_PRIVILEGES: .*blocklist is not readable by user 65534/);
  assert.not.ok(existsSync(place.at('asked')));
});

test.run();
