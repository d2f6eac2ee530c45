import { spawn } from 'node:child_process';

/**
 * The program of a process that outlives this one by a moment: its input ends when this process does, however it ends, and then it
 * ends the server and removes its folder. Test runners end their workers without a last word.
 */
const PROGRAM = `
const [pid, folder] = process.argv.slice(1);
const alive = () => { try { return process.kill(Number(pid), 0); } catch { return false; } };
process.stdin.resume().on('end', async () => {
  if (alive()) process.kill(Number(pid), 'SIGINT');
  for (let waited = 0; alive() && waited < 10_000; waited += 50) await new Promise((resolve) => setTimeout(resolve, 50));
  require('node:fs').rmSync(folder, { recursive: true, force: true });
});
`;

/** Sees to it that a server and its data do not outlive this process. Returns what tells that both are gone already. */
export function guard(pid: number, folder: string): () => void {
  const guardian = spawn(process.execPath, ['--eval', PROGRAM, '--', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.unref();
  (guardian.stdin as unknown as { unref(): void }).unref();
  return () => guardian.stdin.end();
}
