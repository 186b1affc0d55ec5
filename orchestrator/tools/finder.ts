import { CensusError } from '../errors.ts';
import type { ToolFinder } from '../roles.ts';
import { commandTool } from './command/tool.ts';
import { tools } from './index.ts';

/** The registry of tools as the stages see it: role and choice in, tool out. */
export const findTool: ToolFinder = (role, choice) => {
  if (typeof choice !== 'string') return commandTool(choice.command);
  const found = Object.entries(tools[role]).find(([name]) => name === choice);
  if (found !== undefined) return found[1];
  const known = Object.keys(tools[role]).join(', ');
  throw new CensusError('E_CONFIG', `no tool ${choice} plays the role ${role}`, `known: ${known}, or {command: [...]}`);
};
