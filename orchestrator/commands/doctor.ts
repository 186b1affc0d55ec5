import type { AddCommand } from './host.ts';

export const addDoctor: AddCommand = (program, host) => {
  program
    .command('doctor')
    .description('check for all required programs and kernel features')
    .option('-c, --config <file>', 'check only what a run with this configuration needs')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census doctor                                everything that any run may need
  $ sudo mptcp-census doctor -c census.yaml            what this run needs, with the privileges it would have`,
    )
    .action(async (options) => {
      const { loadConfig, refuseUnsafe } = await import('../config/file.ts');
      const { needsOf } = await import('../census.ts');
      const { inputsOf } = await import('../inputs/inputs.ts');
      const { examine } = await import('../machine/doctor.ts');
      const { tellReading } = await import('./reading.ts');
      await (await import('../core/process/left-behind.ts')).endOrphans();
      const config = options.config === undefined ? null : loadConfig(options.config, []);
      const asked = config === null ? null : { config, needs: needsOf(config), inputs: inputsOf(config) };
      const { ok, lines } = await examine(asked, await tellReading(host));
      for (const line of lines) host.out.line(line);
      if (!ok) host.failed();
      else if (config !== null) refuseUnsafe(config);
    });
};
