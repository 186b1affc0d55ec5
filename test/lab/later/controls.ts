import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inLab, type Lab } from '../../zmap-module/lab.ts';
import { census } from '../saving.ts';

const test = suite('what the rules say of controls of which some are not what they were drawn as');

const all = 24;
/** Of these, behind whose address stands a second backend, which the scan does not come to. */
const odd = 6;

/**
 * Plain servers at all addresses of 198.18.0.0/27 that answer. From their second v1 SYN on, those of `odd` lead to a backend that speaks
 * MPTCP: only second opinions and the handshake come there. A v1 SYN has an option of kind 30 and 4 bytes.
 */
async function addServers({ ip, target, serve }: Lab): Promise<void> {
  await ip('-n', target, 'route', 'replace', 'local', '198.18.0.0/27', 'dev', 'lo');
  const v1 = `iifname "t0" ip daddr { 198.18.0.0-198.18.0.${odd - 1} } tcp dport 80 tcp flags & (syn | ack) == syn tcp option @30,8,8 4`;
  const rules = `table ip backends {
  set met { type ipv4_addr; flags dynamic; size 1024; }
  chain quiet { type filter hook input priority 0; iifname "t0" ip daddr { 198.18.0.${all}-198.18.0.31 } drop; }
  chain count { type filter hook prerouting priority -150; ${v1} ip daddr @met meta mark set 1; ${v1} add @met { ip daddr }; }
  chain turn { type nat hook prerouting priority -100; meta mark 1 tcp dport 80 redirect to :8081; }
}
`;
  await execa('ip', ['netns', 'exec', target, 'nft', '-f', '-'], { input: rules });
  const server = (port: number) =>
    `require('http').createServer((_, to) => to.end('x')).listen(${port}, '0.0.0.0', () => console.log('READY'))`;
  await serve(target, [process.execPath, '-e', server(80)]);
  await serve(target, ['mptcpize', 'run', process.execPath, '-e', server(8081)]);
}

/** Too long for every day: make later. */
test('the rates that are printed are those of this world', () =>
  inLab('controls', async (lab) => {
    await addServers(lab);
    const stages = {
      targets: { prefixes: ['198.18.0.0/27'] },
      scan: { ports: [80], versions: [1], retries: 0 },
      confirm: { apart: '1s' },
      handshake: { hold: '0.5s', timeout: '4s' },
      path: { ping: false },
    };
    await census(lab, stages, []);
    const csv = await readFile(join(lab.folder, 'run', 'report', 'controls.csv'), 'utf8');
    const rows = csv.trimEnd().split('\n').slice(1);
    const said = Object.fromEntries(
      rows.map((row) => row.split(',')).map(([rule, says, plain, of]) => [`${rule} ${says}`, `${plain} of ${of}`]),
    );
    assert.is(said['replies_differ inconsistent'], `${odd} of ${all}`);
    const others = Object.entries(said).filter(
      ([name, count]) => !name.startsWith('replies_differ') && count !== ' of ',
    );
    assert.equal([...new Set(others.map(([, count]) => count))], [`0 of ${all}`], JSON.stringify(said));
  }));

test.run();
