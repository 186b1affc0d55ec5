// needs: root
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { everywhere, more, type ServerProgram } from './programs.ts';
import { address, type SlowLab, withSlowLab } from './slow-lab.ts';

const test = suite('held connections to programs that people run');
const programs = process.env.SERVERS === 'all' ? [...everywhere, ...more] : everywhere;

const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
  targets: { prefixes: ['198.18.0.0/16'] },
  handshake: { hold: '1.5s', timeout: '5s' },
});

async function startAll({ target, place, start, inside }: SlowLab): Promise<void> {
  for (const { under, command } of programs) {
    const words = await command(place);
    if (words.length > 0) start(['ip', 'netns', 'exec', target, ...under, ...words]);
  }
  const listening = async () => String((await inside(target, 'ss', '-Hltn')).stdout);
  for (const { port, name } of programs) {
    let tries = 0;
    while (!(await listening()).includes(`:${port} `)) assert.ok(++tries < 500, `${name} does not listen`);
  }
}

/** What a record shows of its server, in the words of the table. */
function shown({ http_status, held }: HandshakeRecord, { shows }: ServerProgram) {
  const said = Buffer.from(held?.volunteered ?? '', 'hex').toString();
  return {
    ...(http_status === null ? {} : { page: http_status }),
    ...(held?.tls === 'done' ? { tls: true } : {}),
    ...(said === '' ? {} : { says: shows.says?.test(said) ? shows.says : said }),
  };
}

const able = isRoot && execaSync('nft', ['--version'], { reject: false }).exitCode === 0;
if (!skipUnless(able, 'programs', 'needs root and nft')) {
  test(`${programs.map(({ name }) => name).join(', ')}: each announces all 8 addresses, and answers after the hold`, () =>
    withSlowLab({ roundTrip: 50 }, async (lab) => {
      await lab.announce('v4', null);
      await startAll(lab);
      const rows = programs.map(({ port }) => ({ address: address.v4, port, host: 'example.com' }));
      const context = await makeContext({ rows, config, within: ['ip', 'netns', 'exec', lab.scanner] });
      await wget.collect?.(context);
      const { records, rejects } = await decodeAll(wget, context);
      assert.equal(rejects, []);
      const seen = records.map((record, at) => {
        const { announced, hold_held, fallback, http_status_on, mp_fail_received } = record;
        const held = announced.filter(({ hmac, seen_on }) => hmac === 'valid' && seen_on.includes('held')).length;
        const program = programs[at];
        if (program === undefined) throw new Error('one record each');
        const on = program.shows.page === undefined ? null : program.shows.tls ? 'held' : 'page';
        assert.is(http_status_on, on, program.name);
        return [program.name, held, hold_held, fallback, mp_fail_received, shown(record, program)];
      });
      assert.equal(
        seen,
        programs.map(({ name, shows }) => [name, 8, true, false, 0, shows]),
      );
    }));
}

test.run();
