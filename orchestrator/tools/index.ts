import type { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Tool } from '../core/tool.ts';
import type { RoleName, roles } from '../roles.ts';
import { adns } from './adns/tool.ts';
import { cymru } from './cymru/tool.ts';
import { icmpEcho } from './icmp-echo/tool.ts';
import { ip2asnLite } from './ip2asn-lite/tool.ts';
import { list } from './list/tool.ts';
import { maxmind } from './maxmind/tool.ts';
import { nmap } from './nmap/tool.ts';
import { pairs } from './pairs/tool.ts';
import { sweep } from './sweep/tool.ts';
import { traceroute } from './traceroute/tool.ts';
import { wget } from './wget/tool.ts';
import { opinions } from './zmap/opinions/tool.ts';
import { sentinels } from './zmap/sentinels/tool.ts';
import { zmap } from './zmap/tool.ts';

/** A tool for a role: units and records are the role's, what its program prints is its own affair. */
type ToolFor<R extends RoleName> = Omit<
  Tool<z.infer<(typeof roles)[R]['input']>, never, z.infer<(typeof roles)[R]['record']>, Config>,
  'raw'
>;

/** Every tool, by role and by the name that census.yaml knows it under. A test holds this list and the folder together. */
export const tools = {
  list: { list },
  resolver: { adns },
  syn_prober: { zmap },
  second_prober: { zmap: opinions },
  sentinel_prober: { zmap: sentinels },
  connector: { wget },
  prefix_table: { 'ip2asn-lite': ip2asnLite },
  registry: { cymru },
  geo_database: { maxmind },
  fingerprint: { nmap },
  path_probe: { pairs, 'icmp-echo': icmpEcho },
  hop_probe: { sweep, traceroute },
} as const satisfies { [R in RoleName]: Record<string, ToolFor<R>> };
