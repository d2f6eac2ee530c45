import type { CommandSpec } from '../../cli/command.ts';
import { EXIT } from '../../errors.ts';
import { findTools, isReady } from '../../tool/tools.ts';
import { type Result, view } from './doctor.view.ts';

export const doctor: CommandSpec<undefined, Result> = {
  name: 'doctor',
  summary: 'Show what svc finds on this machine, what is missing, and what to do about it',
  examples: [
    ['svc doctor', 'check this machine'],
    ['svc doctor --json', 'the same for scripts; exit code 3 where something that everybody needs is missing'],
  ],
  declare: (command) => command,
  parse: () => undefined,
  async run(_, runtime) {
    const findings = await findTools(runtime);
    return { findings, ready: isReady(findings), state: runtime.paths.state };
  },
  view,
  toJson: ({ findings, ready, state }) => ({ ready, state, tools: findings.map((finding) => ({ ...finding })) }),
  exitCode: ({ ready }) => (ready ? EXIT.ok : EXIT.environment),
};
