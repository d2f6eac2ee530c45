import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, type Outcome, Scene } from './new-traced.ts';

const required = process.env['SVCKIT_REQUIRE_TOOLS'] === '1';
const canTrace = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status === 0;
const reason = canTrace ? '' : ' (skipped: strace is not there, or may not trace)';

/** The lock of a process that has ended stays until the next run that writes there; it is in nobody's way. */
const settled = (tree: Record<string, string>) => without(tree, '.lock');
const isClean = (tree: Record<string, string>) =>
  Object.keys(tree).every((path) => !path.includes('.svckit-') && !path.startsWith('state/'));
const without = (tree: Record<string, string>, part: string) =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !path.includes(part)));

describe.skipIf(!canTrace && !required)(`svc new, disturbed at every file operation${reason}`, () => {
  let scene: Scene;
  let undisturbed: Outcome;
  let before: Record<string, string>;
  let after: Record<string, string>;

  beforeAll(() => {
    scene = new Scene();
    before = scene.tree();
    undisturbed = scene.learn();
    after = scene.tree();
  });
  afterAll(() => scene.end());

  it('changes the disk in all the ways that are disturbed here', () => {
    expect(undisturbed.exitCode).toBe(0);
    expect(Object.keys(after)).toEqual(expect.arrayContaining(['shop/services/orders/.svc/base.gz', 'shop/.github/workflows/orders.yml']));
    expect(after['shop/CODEOWNERS']).toContain('svckit:begin orders');
    for (const operation of ['openat', 'write', 'fsync', 'rename', 'mkdir', 'unlink'] as const)
      expect(undisturbed.calls[operation]).toBeGreaterThan(1);
  });

  it.each(OPERATIONS)('is as before or complete after a kill at any %s, and the next run sees to the rest', (operation) => {
    let injected = 0;
    for (let at = 1; at <= undisturbed.calls[operation]; at += 1) {
      scene.reset();
      injected += scene.traced({ operation, at, how: 'signal=KILL' }).injected;
      const next = scene.run();
      expect([0, 4], `exit code of the run after a kill at ${operation} ${at}: ${next.stderr}`).toContain(next.exitCode);
      expect(settled(scene.tree()), `after a kill at ${operation} ${at} and another run`).toEqual(after);
    }
    expect(injected).toBe(undisturbed.calls[operation]);
  });

  it.each(OPERATIONS)('is as before or complete where any %s finds the disk full', (operation) => {
    let injected = 0;
    for (let at = 1; at <= undisturbed.calls[operation]; at += 1) {
      scene.reset();
      const failed = scene.traced({ operation, at, how: 'error=ENOSPC' });
      injected += failed.injected;
      const tree = without(without(scene.tree(), 'state/'), '.svckit-');
      expect([before, after], `${operation} ${at}: ${failed.stderr}`).toContainEqual(tree);
      if (failed.exitCode !== 0) expect(failed.exitCode, failed.stderr).toBe(3);
      if (isClean(scene.tree())) continue;
      scene.run();
      expect(settled(scene.tree()), `after a full disk at ${operation} ${at} and another run`).toEqual(after);
    }
    expect(injected).toBe(undisturbed.calls[operation]);
  });
});
