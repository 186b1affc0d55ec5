import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { namingDamage } from '../../../../orchestrator/core/rows/damaged.ts';
import { CensusError, ProgramError } from '../../../../orchestrator/errors.ts';

const test = suite('core/rows/damaged');

const failure = {
  ...{ stage: 'handshake', part: '00002', argv: ['dissect', '-r', 'x'], exitCode: 2 },
  ...{ what: 'exited with 2', stderrTail: [] },
};

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await namingDamage({ stage: 'handshake', part: '00002', raw: '/run/raw/handshake/00002' }, async () => work());
  } catch (error) {
    return error;
  }
  return null;
}

const damage: [says: string, work: () => unknown, why: RegExp][] = [
  ['JSON that was cut', () => JSON.parse('{"a":'), /Unexpected end of JSON/],
  ['JSON of another form', () => z.strictObject({ a: z.object({ b: z.int() }) }).parse({ a: {} }), /a\.b: /],
  ['a compressed file that was cut', () => gunzipSync(Buffer.from('1f8b08', 'hex')), /unexpected end of file/],
];
for (const [says, work, why] of damage) {
  test(`${says} is named with its part, and what can be done`, async () => {
    const error = await thrownBy(work);
    assert.ok(error instanceof CensusError, String(error));
    assert.is(error.code, 'E_RUN_FOLDER');
    assert.match(error.message, /^handshake\/00002: a raw file cannot be read: /);
    assert.match(error.message, why);
    assert.match(error.hint, 'move /run/raw/handshake/00002 elsewhere');
  });
}

test('a program that cannot read a capture is not told to do it again', async () => {
  const error = await thrownBy(() => {
    throw new ProgramError('E_PROGRAM_FAILED', failure, 'run the same command again');
  });
  assert.ok(error instanceof ProgramError);
  assert.match(error.hint, /^it reads what was measured\. If mptcp-census verify/);
});

const other = [new TypeError('a defect'), new CensusError('E_STOPPED', 'stopped', 'resume')];
for (const thrown of other) {
  test(`${thrown.name} passes through`, async () => {
    const passed = await thrownBy(() => {
      throw thrown;
    });
    assert.is(passed, thrown);
  });
}

test.run();
