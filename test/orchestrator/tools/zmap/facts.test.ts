import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { zmapFacts } from '../../../../orchestrator/tools/zmap/facts.ts';
import { flavours } from '../../../../orchestrator/tools/zmap/program.ts';
import { temporaryFolder } from '../context.ts';

const test = suite('targets that ZMapv6 sent nothing');

const cases: [sentence: string, sent: Record<string, number>, unsent: number | undefined][] = [
  ['the first of each run that asks once', { '80-v1': 9, '80-v0': 9 }, 2],
  ['none where a second pass asks it', { '80-v1': 9, '80-v1-pass2': 3, '80-v0': 9, '80-v0-pass2': 2 }, undefined],
  ['the only one of the second pass, which is its first again', { '80-v1': 9, '80-v1-pass2': 1 }, 1],
  ['none of IPv6', { '80-v1-ipv6': 9 }, undefined],
];
for (const [sentence, sent, unsent] of cases) {
  test(sentence, async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'zmap-flavour.txt'), `${flavours.tree6}\n`);
    for (const name of ['allowlist.txt', 'hitlist.txt']) await writeFile(join(folder, name), '');
    const none = {
      send_to_failures: 0,
      pcap_recv: 0,
      pcap_drop: 0,
      pcap_ifdrop: 0,
      success_total: 0,
      failure_total: 0,
    };
    for (const [name, targets] of Object.entries(sent)) {
      const said = { ...none, blocklist_total_allowed: targets, targets_scanned: targets };
      await writeFile(join(folder, `${name}.metadata.json`), JSON.stringify(said));
    }
    assert.is((await zmapFacts(folder)).first_targets_unsent, unsent);
  });
}

test.run();
