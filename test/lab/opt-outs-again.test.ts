// needs: root
// runs: apart: it scans at 2,000 packets a second; a receiver that is starved loses answers
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { Config } from '../../orchestrator/config/config.ts';
import { LateOptOuts } from '../../orchestrator/core/opt-outs/late.ts';
import { zmap } from '../../orchestrator/tools/zmap/tool.ts';
import { makeContext } from '../orchestrator/tools/context.ts';
import { arrivals } from '../zmap-module/arrivals.ts';
import { gatewayMac, inLab, joinIpv6, type Lab } from '../zmap-module/lab.ts';

const test = suite('an opt-out while the second pass has its list');

/** 256 targets of each family, all of them silent. */
const targets = [
  '198.18.0.0/24',
  ...Array.from({ length: 256 }, (_, n) => `2001:db8:1::${n < 128 ? 'a' : 'b'}:${(n + 1).toString(16)}`),
];
/** Half of each, saved when the zmap of the second pass is about to begin. */
const optOuts: Record<string, string> = {
  '80-v1-pass2.stderr': '198.18.0.128/25',
  '80-v1-ipv6-pass2.stderr': '2001:db8:1::b:0/112',
};

async function addSilence(lab: Lab): Promise<void> {
  await joinIpv6(lab);
  await lab.ip('-n', lab.target, 'route', 'replace', 'local', '198.18.0.0/24', 'dev', 'lo');
  const chain = 'table inet quiet {\nchain i {\ntype filter hook input priority 0\ntcp dport 80 drop\n}\n}\n';
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: chain });
}

test('its plug-in keeps back the second SYN to all of them, and to nobody else', () =>
  inLab('opt-outs-again', async (lab) => {
    await addSilence(lab);
    const scan = { versions: [1], rate: 2000, cooldown: '2s', interface: 's0', gateway_mac: gatewayMac };
    const config = Config.parse({
      lab: true,
      lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
      targets: { list: 'x' },
      scan,
    });
    const late = new LateOptOuts([]);
    const rows = targets.map((target) => ({ target }));
    const within = ['ip', 'netns', 'exec', lab.scanner];
    const context = await makeContext({ rows, config, within, runsAs: 'plug-in', optOuts: late });
    const place = { namespace: lab.target, interface: 't0', folder: lab.folder };
    const seen = await arrivals(place, 'tcp dst port 80', async () => {
      await zmap.collect?.({
        ...context,
        exec: async (command) => {
          const out = optOuts[command.stderr ?? ''];
          if (out !== undefined) await late.add([parsePrefix(out)].flatMap((prefix) => prefix ?? []));
          return await context.exec(command);
        },
      });
    });
    const out = new PrefixSet(Object.values(optOuts));
    const times = new Map<string, number>();
    for (const { address } of seen) times.set(address, (times.get(address) ?? 0) + 1);
    const due = [...times].filter(([address, count]) => count === (out.contains(address) ? 1 : 2));
    assert.is(times.size, 512);
    assert.is(due.length, 512, JSON.stringify([...times]));
    const facts = (await zmap.facts?.(context.folder)) ?? {};
    const { targets_sent, targets_asked_again, units_opted_out, packets_opted_out } = facts;
    assert.equal([targets_sent, targets_asked_again, units_opted_out, packets_opted_out], [768, 256, undefined, 256]);
  }));

test.run();
