import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readManifest } from '../core/folder/manifest.ts';
import type { Reporter } from '../core/progress.ts';
import { Emitter } from '../events/emitter.ts';
import { EventSink, openEvents } from '../events/sink.ts';
import { censusVersion } from '../machine/version.ts';
import type { Host } from './host.ts';

const beatMs = 1000;

interface RunEvents {
  report: Reporter;
  /** @param thrown what ended the run; null: nothing did */
  end(thrown: unknown): Promise<void>;
}

/** Result and page of a run that came to its end. */
async function resultOf(folder: string): Promise<{ result_sha256: string | null; report: string | null }> {
  const manifest = await readManifest(folder).catch(() => null);
  const page = join(folder, 'report', 'index.html');
  return { result_sha256: manifest?.result_sha256 ?? null, report: existsSync(page) ? page : null };
}

/**
 * Writes the events of a run to a file, a named pipe or standard output. Who stops reading ends the events, not the run.
 * @param folder absolute
 */
export async function runEvents(host: Host, folder: string, to: string): Promise<RunEvents> {
  const own = to !== '-';
  const sink = new EventSink(own ? openEvents(to) : host.out.stream, own, (why) => {
    if (why === null) return host.err.line('events: nobody reads them any more; the run goes on');
    host.err.line(`error E_OUTPUT: the events cannot be written to ${to}: ${why}`);
    host.err.line('  the run goes on without them');
    host.failed();
  });
  const now = () => performance.now();
  const emitter = new Emitter({ run: basename(folder), write: sink.write, now, clock: () => new Date() });
  const beat = setInterval(() => emitter.beat(), beatMs);
  emitter.started({ census_version: censusVersion(), folder, pid: process.pid });
  return {
    report: emitter.report,
    end: async (thrown) => {
      clearInterval(beat);
      const none = { result_sha256: null, report: null };
      emitter.finished(thrown, thrown === null ? await resultOf(folder) : none);
      await sink.end();
    },
  };
}
