import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addResponder, inLab, type Lab } from '../../zmap-module/lab.ts';
import { census } from '../saving.ts';

const test = suite('what the rules say of controls of which some are not what they were drawn as');

const all = 24;

/** What a backend shows that speaks MPTCP, whatever else answers for its address. */
const shown = ['key_changes', 'grease_answered_v1', 'canary_dropped', 'connection_mptcp', 'add_addr_hmac_valid'];

/**
 * What controls are drawn as, at `all` addresses of a /27 each. From their second v1 SYN on, the first `odd` of them lead to a backend that
 * speaks MPTCP and announces an address, which the scan does not come to: only second opinions and the handshake do. `says`: the rules
 * that speak of these, beside those of `shown`.
 */
const kinds = [
  { kind: 'plain', net: '198.18.0', odd: 6, says: ['replies_differ inconsistent'] },
  // mirror_all and icmp_unreachable of zmap-module/test/personalities.c
  { kind: 'echo', net: '198.19.4', odd: 5, says: ['echo_beside_proof inconsistent', 'replies_differ inconsistent'] },
  { kind: 'unknown', net: '198.19.28', odd: 4, says: ['key_fresh capable', 'v1_twelve_bytes capable'] },
] as const;

/** A v1 SYN has an option of kind 30 and 4 bytes. */
async function addServers(lab: Lab): Promise<void> {
  const { ip, target, serve } = lab;
  await addResponder(lab, 0);
  await ip('-n', target, 'route', 'replace', 'local', '198.18.0.0/27', 'dev', 'lo');
  await ip('-n', target, 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
  await ip('-n', target, 'mptcp', 'endpoint', 'add', '240.0.0.1', 'port', '8082', 'signal');
  const odd = kinds.map(({ net, odd: last }) => `${net}.0-${net}.${last - 1}`).join(', ');
  const rest = kinds.map(({ net }) => `${net}.${all}-${net}.31`).join(', ');
  const v1 = `iifname "t0" ip daddr { ${odd} } tcp dport 80 tcp flags & (syn | ack) == syn tcp option @30,8,8 4`;
  const rules = `table ip backends {
  set met { type ipv4_addr; flags dynamic; size 1024; }
  chain count { type filter hook prerouting priority -150; iifname "t0" ip daddr { ${rest} } drop; ${v1} ip daddr @met meta mark set 1; ${v1} add @met { ip daddr }; }
  chain turn { type nat hook prerouting priority -100; meta mark 1 tcp dport 80 redirect to :8081; }
}
`;
  await execa('ip', ['netns', 'exec', target, 'nft', '-f', '-'], { input: rules });
  const server = (port: number) =>
    `require('http').createServer((_, to) => to.end('x')).listen(${port}, '0.0.0.0', () => console.log('READY'))`;
  await serve(target, [process.execPath, '-e', server(80)]);
  await serve(target, ['mptcpize', 'run', process.execPath, '-e', server(8081)]);
}

/** Cells of the table by rule and what it says, for one kind; those that are empty are no question for the kind. */
function ratesOf(csv: string, kind: string): Record<string, string> {
  const [head = '', ...rows] = csv.trimEnd().split(/\r?\n/);
  const column = head.split(',').indexOf(kind);
  const cells = rows.map((row) => row.split(','));
  return Object.fromEntries(
    cells.flatMap((row) => (row[column] ? [[`${row[0]} ${row[1]}`, `${row[column]} of ${row[column + 1]}`]] : [])),
  );
}

/** Too long for every day: make later. */
test('the rates that are printed are those of this world, for controls of every kind', () =>
  inLab('controls', async (lab) => {
    await addServers(lab);
    const stages = {
      targets: { prefixes: kinds.map(({ net }) => `${net}.0/27`) },
      scan: { ports: [80], versions: [1], retries: 0 },
      confirm: { apart: '1s' },
      handshake: { hold: '0.5s', timeout: '4s' },
      path: { ping: false },
    };
    await census(lab, stages, []);
    const csv = await readFile(join(lab.folder, 'run', 'report', 'controls.csv'), 'utf8');
    for (const { kind, odd, says } of kinds) {
      const rates = ratesOf(csv, kind);
      const due: string[] = [...says, ...shown.map((rule) => `${rule} capable`)];
      const right = Object.keys(rates).map((name) => [name, `${due.includes(name) ? odd : 0} of ${all}`]);
      assert.equal(rates, Object.fromEntries(right), kind);
      assert.equal(
        due.filter((name) => !(name in rates)),
        [],
        kind,
      );
    }
  }));

test.run();
