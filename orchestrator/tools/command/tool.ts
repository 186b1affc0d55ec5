import type { Config } from '../../config/config.ts';
import { jsonRows, type Program, type Tool } from '../../core/tool.ts';
import { CommandRaw } from './raw.ts';

const outputFile = 'records.ndjson';

/**
 * The user's own program in any role: the part's units come in on stdin, one JSON object per line; records of the role
 * go out on stdout likewise. They pass the role's strict schema like those of every tool.
 */
export function commandTool(command: string[]): Tool<unknown, CommandRaw, unknown, Config> {
  const [name = '', ...args] = command;
  const program: Program = {
    name,
    version: { args: ['--version'], pattern: /(\S.*)/ },
    apt: null,
    privileges: null,
    mayUse: 'CAP_NET_RAW', // it may stand for a program that sends
    okExits: [0],
  };
  return {
    name: 'command',

    programs: [program],

    async collect(context) {
      await context.exec({
        program,
        args,
        stdin: context.input,
        stdout: outputFile,
        stderr: 'command.stderr',
        timeoutMs: 24 * 3_600_000,
      });
    },

    async *decode(context) {
      for await (const lines of context.rawLines(outputFile)) {
        yield jsonRows(lines.filter((line) => line.trim() !== ''));
      }
    },

    raw: CommandRaw,

    toRecord: (raw) => raw,
  };
}
