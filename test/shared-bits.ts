import { ipBytes } from '../orchestrator/address/bytes.ts';

/** How many leading bits two addresses of a family share. */
export function sharedBits(a: string, b: string): number {
  const [one, other] = [ipBytes(a), ipBytes(b)];
  const differing = [...one].findIndex((byte, at) => byte !== other[at]);
  if (differing < 0) return 8 * one.length;
  return 8 * differing + Math.clz32((one[differing] ?? 0) ^ (other[differing] ?? 0)) - 24;
}
