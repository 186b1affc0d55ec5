import { exists, sha256File } from '../folder/files.ts';
import type { Manifest } from '../folder/manifest.ts';
import type { PartStage } from '../stage.ts';

/** Whether a start of this run read a file of the same content through: only such a one is in its manifest. */
async function wasRead(path: string, before: Manifest | null): Promise<boolean> {
  const known = before?.inputs[path]?.sha256;
  return known !== undefined && known === (await sha256File(path));
}

/**
 * Opens every file that stages will read, and reads it to its end, before the first packet: one that is cut or of another kind would
 * otherwise end the run after all was sent. Files that are not there are named when the run is opened.
 * @throws CensusError naming the first file that cannot be used
 */
export async function readThroughInputs<C>(
  stages: readonly PartStage<C>[],
  config: C,
  before: Manifest | null,
): Promise<void> {
  for (const stage of stages) {
    const tool = stage.tool(config);
    const paths = tool.inputs?.(config) ?? [];
    let fresh = false;
    let complete = true;
    for (const path of paths) {
      complete &&= await exists(path);
      fresh ||= complete && !(await wasRead(path, before));
    }
    if (fresh && complete) await tool.readThrough?.(stage.name, config);
  }
}
