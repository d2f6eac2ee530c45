import type { ExitCode } from './errors.ts';

declare const SVCKIT_VERSION: string;

/**
 * Entry of the shipped program: builds the real world and runs the command line. `svc --version` is answered before anything
 * else is loaded.
 */
export async function start(argv: readonly string[]): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${SVCKIT_VERSION}\n`);
    return 0;
  }
  const { world } = await import('./world.ts');
  const { main } = await import('./main.ts');
  return main(argv, world(SVCKIT_VERSION));
}
