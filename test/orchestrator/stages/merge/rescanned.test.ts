// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { scanned } from '../records.ts';
import { mergeOf } from './merged.ts';

const test = suite('two scans of the same addresses');

const option = (key: number) => `1e0c0101${key.toString(16).padStart(16, '0')}`;
/** A v1 server with a key of its own. */
const capable = (address: string, key: number, more: Partial<ScanRecord> = {}) =>
  scanned(address, [option(0xa1b2c3d4e5 * key + 0x77aa)], more);
/** One that returns our own option. */
const mirror = (address: string, more: Partial<ScanRecord> = {}) =>
  scanned(address, ['1e040101'], { classification: 'echoed', ...more });
const plain = (address: string, more: Partial<ScanRecord> = {}) => scanned(address, [], more);
const v0 = { probe: 'v0', sent_version: 0, sent_option: '1e0c00011122334455667788', sent_key: '1122334455667788' };
const later = { received_at: '2026-01-01T05:00:00.000000Z' };

const host = (n: number) => `198.18.0.${n}`;
const hosts = Array.from({ length: 9 }, (_, n) => host(n));

const words = (rows: { address: string; version: number; first: string; second: string }[] | null) =>
  (rows ?? []).map(({ address, version, first, second }) => `${address.slice(9)} v${version} ${first} ${second}`);

test('each version of an address that answered once at least is a row, silence included', async () => {
  const { rescanned } = await mergeOf(
    {
      scan: [capable(host(1), 1), plain(host(2)), plain(host(2), v0), mirror(host(3)), plain(host(4))],
      rescan: [capable(host(1), 9, later), capable(host(2), 3, later), plain(host(3), later), plain(host(5), later)],
    },
    { rescanned: hosts },
  );
  assert.equal(words(rescanned), [
    '1 v1 capable capable',
    '2 v1 not_offered capable',
    '2 v0 not_offered silent',
    '3 v1 echoed_option not_offered',
    '4 v1 not_offered silent',
    '5 v1 silent not_offered',
  ]);
  const [both, , , , gone, came] = rescanned ?? [];
  assert.equal([both?.first_at, both?.second_at], ['2026-01-01T00:00:00.000000Z', later.received_at]);
  assert.equal([gone?.second_at, came?.first_at, came?.run], [null, null, 'small']);
});

test('second opinions and connections say nothing of either side, though they do of the host', async () => {
  const scan = [capable(host(1), 1)];
  const confirm = [mirror(host(1), { probe: 'port2' }), plain(host(1), { probe: 'join' })];
  const { rescanned, hosts: found } = await mergeOf({ scan, confirm, rescan: scan }, { rescanned: hosts });
  assert.equal(words(rescanned), ['1 v1 capable capable']);
  assert.is(found[0]?.v1?.verdict, 'echoed_option');
});

test('who was not drawn, or opted out since, is on neither side', async () => {
  const scan = [plain(host(1)), plain(host(2)), plain('198.18.9.9')];
  const rescan = [plain(host(2), later), plain('198.18.9.9', later)];
  const { rescanned } = await mergeOf({ scan, rescan }, { rescanned: [host(1), host(2)] });
  assert.equal(words(rescanned), ['1 v1 not_offered silent', '2 v1 not_offered not_offered']);
});

test('a key that two hosts share shows on the side where both are, among those drawn alone', async () => {
  const numbered = (address: string, source_port: number) =>
    capable(address, 5, { source_port, ack: '00000a01', seq: `0000000${source_port % 10}` });
  const own = (address: string, key: number) => capable(address, key, { source_port: 40_001, ack: '00000b01' });
  const scan = [numbered(host(1), 40_001), numbered('198.18.9.9', 40_002), own(host(2), 8)];
  const rescan = [numbered(host(1), 40_003), numbered(host(2), 40_004)];
  const { rescanned, hosts: found } = await mergeOf({ scan, rescan }, { rescanned: hosts });
  const [shared] = found.filter(({ address }) => address === host(1));
  assert.is.not(shared?.v1?.verdict, 'capable');
  assert.is(rescanned?.[0]?.first, 'capable', 'the other one with its key is not drawn');
  assert.equal([rescanned?.[0]?.second, rescanned?.[1]?.second], [shared?.v1?.verdict, shared?.v1?.verdict]);
});

test('both sides are judged by the rules of the run, and by the versions that it asked', async () => {
  const records = { scan: [mirror(host(1))], rescan: [mirror(host(1), later), plain(host(2), v0)] };
  assert.equal(words((await mergeOf(records, { rescanned: hosts, versions: [1] })).rescanned), [
    '1 v1 echoed_option echoed_option',
  ]);
  const { rescanned } = await mergeOf(records, { rescanned: hosts, rules: 'mehani2015' });
  assert.equal(words(rescanned), ['1 v1 capable capable', '2 v0 silent not_offered']);
});

test('without a rescan there is no file, and one changes nothing of the result', async () => {
  const records = { scan: [plain(host(1))] };
  const without = await mergeOf(records);
  const { rescanned, ...others } = await mergeOf({ ...records, rescan: [plain(host(1), later)] }, { rescanned: hosts });
  assert.is(without.rescanned, null);
  assert.is(rescanned?.length, 1);
  assert.equal({ ...others, rescanned: null }, without);
});

test('two ports of an address are two endpoints', async () => {
  const at = { port: 443 };
  const { rescanned } = await mergeOf(
    { scan: [plain(host(1)), plain(host(1), at)], rescan: [plain(host(1), at)] },
    { rescanned: hosts },
  );
  assert.equal(
    rescanned?.map(({ port, second }) => [port, second]),
    [
      [80, 'silent'],
      [443, 'not_offered'],
    ],
  );
});

test.run();
