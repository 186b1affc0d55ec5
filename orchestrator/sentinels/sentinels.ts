import { join } from 'node:path';
import { givenSentinels, sentinelTries } from '../config/sentinels.ts';
import { nowIso } from '../core/folder/entries.ts';
import type { ManifestFile, SentinelCheck } from '../core/folder/manifest.ts';
import { type Moment, type RunEvent, StageProgress, type Watcher } from '../core/progress.ts';
import { ProgramError } from '../errors.ts';
import type { SentinelQuestion } from '../roles.ts';
import type { Classification } from '../schemas/lists.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { type Asking, askSentinels } from './ask.ts';

/** What each sentinel answers when nothing stands between it and us that does not belong there. */
const due: ReadonlyMap<string, Classification> = new Map([
  ['v1', 'mp_capable'],
  ['v0', 'mp_capable'],
  ['plain', 'synack_no_option'],
]);

type Ask = (questions: readonly SentinelQuestion[], asking: Asking) => Promise<ScanRecord[]>;

/** Asks the sentinels while a stage sends, and enters in the manifest what they answered. */
export class Sentinels implements Watcher {
  readonly #asking: Asking;
  readonly #manifest: ManifestFile;
  readonly #ask: Ask;
  readonly #watched = new Map<string, { progress: StageProgress; middle: Promise<void> | null }>();
  /** One check after the other: what runs side by side must not ask twice as fast. */
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(manifest: ManifestFile, asking: Asking, ask: Ask = askSentinels) {
    this.#manifest = manifest;
    this.#asking = asking;
    this.#ask = ask;
  }

  async begin(stage: string): Promise<void> {
    await this.#check(stage, 'start');
    this.#watched.set(stage, { progress: new StageProgress(stage, performance.now()), middle: null });
  }

  hear(event: RunEvent): void {
    const watched = this.#watched.get(event.stage);
    if (watched === undefined || watched.middle !== null) return;
    const now = performance.now();
    watched.progress.hear(event, now);
    const { share, parts } = watched.progress.at(now);
    if (parts > 0 && share >= 0.5) this.#middle(event.stage, watched);
  }

  #middle(stage: string, watched: { middle: Promise<void> | null }): void {
    watched.middle = this.#check(stage, 'middle');
    // The caller that awaits it reports it.
    watched.middle.catch(() => undefined);
  }

  async end(stage: string): Promise<void> {
    const watched = this.#watched.get(stage);
    // A stage that told nothing of its half is asked about it now.
    if (watched !== undefined && watched.middle === null) this.#middle(stage, watched);
    await watched?.middle;
    await this.#check(stage, 'end');
    this.#watched.delete(stage);
  }

  async settle(stage: string): Promise<void> {
    await this.#watched.get(stage)?.middle?.catch(() => undefined);
    this.#watched.delete(stage);
  }

  #check(stage: string, moment: Moment): Promise<void> {
    const turn = this.#last.then(() => this.#askAll(stage, moment));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #askAll(stage: string, moment: Moment): Promise<void> {
    const { config, optOuts } = this.#asking;
    const [port = 80] = config.scan.ports;
    const at = nowIso();
    const saw = new Map<string, string>();
    const questions = givenSentinels(config)
      .filter(({ address }) => optOuts?.all.contains(address) !== true)
      .map(({ probe, address }): SentinelQuestion => ({ address, port, probe }));
    let left = questions;
    for (let attempt = 1; attempt <= sentinelTries && left.length > 0; attempt += 1) {
      if (attempt > 1) left = left.filter(({ probe }) => !this.#failed(probe));
      if (left.length === 0) break;
      const records = await this.#answers(left);
      for (const { probe, classification } of records) {
        if (saw.get(probe) !== due.get(probe)) saw.set(probe, classification);
      }
      left = left.filter(({ probe }) => saw.get(probe) !== due.get(probe));
    }
    const checks = questions.map(({ probe, address }): SentinelCheck => {
      const seen = saw.get(probe) ?? null;
      return { stage, moment, at, sentinel: probe, address, port, saw: seen, sound: seen === due.get(probe) };
    });
    const { data } = this.#manifest;
    data.sentinels.push(...checks);
    const impaired = checks.filter(({ sound }) => !sound).map(({ sentinel }) => ({ stage, moment, at, sentinel }));
    data.vantage_impaired = [...(data.vantage_impaired ?? []), ...impaired];
    await this.#manifest.save();
  }

  #failed(probe: string): boolean {
    return this.#manifest.data.sentinels.findLast(({ sentinel }) => sentinel === probe)?.sound === false;
  }

  /** A prober that cannot send got no answer either. */
  async #answers(questions: readonly SentinelQuestion[]): Promise<ScanRecord[]> {
    this.#count += 1;
    const temp = join(this.#asking.temp, `sentinels-${this.#count}`);
    try {
      return await this.#ask(questions, { ...this.#asking, temp });
    } catch (error) {
      if (this.#asking.signal.aborted || !(error instanceof ProgramError)) throw error;
      return [];
    }
  }
}
