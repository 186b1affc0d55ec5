import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec } from '../../../orchestrator/core/process/exec.ts';
import type { Program, Tool } from '../../../orchestrator/core/tool.ts';
import { tools } from '../../../orchestrator/tools/index.ts';
import { makeSite, messageOf } from '../core/process/site.ts';

const test = suite('tools/exit codes');

/** Codes that are a measurement, of programs where 0 is not the only one. All others end the run. */
const normal: Record<string, { codes: number[]; because: string }> = {
  adnshost: { codes: [0, 1, 2, 3, 4, 5, 6], because: 'a name may have no answer; 7 and above are trouble of its own' },
  mptcpize: {
    codes: [0, 1, 4, 5, 6, 7, 8],
    because: 'a host may refuse or break off; 2 and 3 are wrong arguments and files',
  },
};

/** Every code that any of these programs documents, and those of a shell that could not run it. */
const codes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 126, 127, 255];

const programs = new Map<string, Program>();
for (const role of Object.values(tools)) {
  for (const tool of Object.values<Pick<Tool<never, never, unknown, never>, 'programs'>>(role)) {
    for (const program of tool.programs ?? []) programs.set(program.name, program);
  }
}

test('the programs of all tools are looked at', () => {
  for (const name of ['adnshost', 'mptcpize', 'nmap', 'tshark', 'dumpcap']) assert.ok(programs.has(name), name);
  for (const name of Object.keys(normal)) assert.ok(programs.has(name), name);
});

for (const [name, program] of programs) {
  const { codes: good, because } = normal[name] ?? { codes: [0], because: 'it has no other code for what hosts do' };
  test(`${name} ends the part with any code but ${good.join(', ')}: ${because}`, async () => {
    const accepted: number[] = [];
    for (const code of codes) {
      // Another program with the same end: which codes are normal is all that is looked at.
      const command = { program: { ...program, name: 'bash' }, args: ['-c', `exit ${code}`], timeoutMs: 10_000 };
      if ((await messageOf(exec(makeSite(), command))) === '') accepted.push(code);
    }
    assert.equal(accepted, good);
  });
}

test.run();
