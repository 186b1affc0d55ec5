import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Canary } from '../core/part/canary.ts';
import type { PartStage, RowScreen, UnitRow, UnitsContext } from '../core/stage.ts';
import { type RoleName, roles, Shard, type ToolChoice, type ToolFinder } from '../roles.ts';
import type { Missing } from '../schemas/lists.ts';
import { createScreen, lateScreen, type Screen } from './units/screen.ts';

/** What a stage file says of itself. */
interface StageDefinition {
  name: keyof Config['parts'];
  role: RoleName;
  /** Stages whose records `units` reads. */
  reads: readonly string[];
  /** Stages that it waits for and reads nothing of. */
  after?: readonly string[];
  /** false: left out, its fields are then not_measured. */
  enabled: (config: Config) => boolean;
  choice: (config: Config) => ToolChoice;
  /** In a fixed order, in batches. */
  units: (context: UnitsContext<Config>) => AsyncIterable<UnitRow[]>;
  /** The field of a unit that packets are sent to; absent where none are. */
  sendsTo?: 'target' | 'address';
  /** Some units are asked first and alone. */
  canary?: Canary<Config>;
  /** The stage whose time is that of a file which the tool fetches. */
  timeOf?: string;
  /** Whom it sent to is read by later stages too: the view NAME_asked. */
  viewsAsked?: true;
  /** What a unit without a record failed of. */
  unanswered: Missing;
}

/** Asks again, at the time of sending, what was asked when the units were cut into parts. */
export function rowScreen(field: 'target' | 'address', screen: Screen): RowScreen {
  const Row = z.record(z.string(), z.unknown());
  return {
    whole(row) {
      const { shard, ...rest } = Row.parse(row);
      return screen.whole(String(rest[field]), Shard.optional().parse(shard));
    },
    partly(row) {
      const { shard, ...rest } = Row.parse(row);
      const cut = screen.partly(String(rest[field]), Shard.optional().parse(shard));
      const rows = (targets: string[]) => targets.map((target) => ({ ...rest, [field]: target }));
      return cut === null ? null : { asked: rows(cut.asked), skipped: rows(cut.skipped), reason: cut.reason };
    },
  };
}

/** What core asks before a part of a stage that sends to the field of its units. */
function screens(field: 'target' | 'address'): Pick<PartStage<Config>, 'screen' | 'lateScreen'> {
  return {
    screen: (config) => rowScreen(field, createScreen(config)),
    lateScreen: (optedOut) => rowScreen(field, lateScreen(optedOut)),
  };
}

/** Makes a stage out of its definition, once it is known which tools there are. */
export function defineStage(definition: StageDefinition): (find: ToolFinder) => PartStage<Config> {
  return (find) => ({
    kind: 'parts',
    name: definition.name,
    reads: definition.reads,
    role: roles[definition.role],
    enabled: definition.enabled,
    tool: (config) => find(definition.role, definition.choice(config)),
    units: definition.units,
    ...(definition.sendsTo === undefined ? {} : screens(definition.sendsTo)),
    ...(definition.canary === undefined ? {} : { canary: definition.canary }),
    ...(definition.timeOf === undefined ? {} : { timeOf: definition.timeOf }),
    ...(definition.after === undefined ? {} : { after: definition.after }),
    ...(definition.viewsAsked === undefined || definition.sendsTo === undefined
      ? {}
      : { viewsAsked: definition.sendsTo }),
    unanswered: definition.unanswered,
    partSize: (config) => config.parts[definition.name],
  });
}
