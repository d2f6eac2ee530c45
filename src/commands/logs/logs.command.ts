import { join } from 'node:path';
import type { StreamSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { find } from '../../target/local/client.ts';
import { stateFolder } from '../../target/local/place.ts';
import type { LogLine } from '../../target/local/protocol.ts';
import type { LogsWanted } from '../../target/target.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { screen } from './logs.view.ts';

/** Logs that are no service's. */
const OWN_LOGS = ['database', 'supervisor'];

export const logs: StreamSpec<LogsWanted, LogLine> = {
  name: 'logs',
  summary: 'Show what services say',
  examples: [
    ['svc logs', 'the last lines of every service'],
    ['svc logs orders -f', 'of one, and what follows'],
    ['svc logs --lines 500 --json', 'a JSON object a line'],
    ['svc logs database', 'of the database'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('-f, --follow', 'go on with what is said from now on')
      .option('--lines <n>', 'how many of the last lines of each service', '50'),
  parse: (services, flags) => {
    const lines = Number(flags['lines']);
    if (!Number.isInteger(lines) || lines < 0 || lines > 100_000) {
      throw new SvcError('input/invalid', `--lines must be a whole number from 0 to 100000, not ${flags['lines']}`, {
        hint: 'svc logs --lines 200',
      });
    }
    return { services, lines, follow: flags['follow'] === true };
  },
  async *stream(wanted, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    const services = wanted.services.filter((name) => !OWN_LOGS.includes(name));
    if (services.length > 0) pickServices(workspace, services);
    const system = await find(runtime, workspace);
    try {
      yield* system ? system.logs(wanted) : kept(runtime, workspace, wanted);
    } catch (error) {
      if (!runtime.signal.aborted) throw error;
    }
    return runtime.signal.aborted ? EXIT.interrupted : EXIT.ok;
  },
  screen,
  toJson: (line) => line,
};

/** What is on disk of services that do not run now. */
async function* kept({ fs, paths }: Runtime, workspace: Workspace, { services, lines }: LogsWanted): AsyncGenerator<LogLine> {
  const folder = join(stateFolder({ paths }, workspace), 'logs');
  for (const service of services.length > 0 ? services : workspace.services.map(({ name }) => name)) {
    const text = (await fs.readText(join(folder, `${service}.log`))) ?? '';
    const all = text.split('\n').slice(0, -1);
    for (const line of all.slice(Math.max(0, all.length - lines))) yield { service, line };
  }
}
