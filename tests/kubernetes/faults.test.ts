import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { FAULTS, type Fault } from './fault-proxy.ts';
import { inLines } from './lines.ts';
import { type Ended, type Found, type Line, layLine, lookAt, runDeploy, smallService, titles, type Version } from './small-service.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';
const LINES = 8;
/** All pairs of a request and a fault take ten minutes and more: each fault meets another sixth of the requests. */
const SHARE = process.env['SVCKIT_CASES'] === 'all' ? 1 : 6;

/** A deploy that meets a fault: of what, over what, and from which of its requests on. */
interface Scenario {
  readonly title: string;
  readonly key: string;
  readonly before?: '1';
  readonly version: Version;
  /** The beginning of a deploy that fails is that of one that does not. */
  readonly last?: number;
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'the first deploy of a service', key: 'first', version: '1' },
  { title: 'a deploy over an older version', key: 'over', before: '1', version: '2' },
  { title: 'a deploy on its way back', key: 'back', before: '1', version: 'bad', last: 22 },
];

describe.skipIf(skipped)(`the requests of a deploy, with each fault${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let lines: readonly Line[];

  beforeAll(async () => {
    cluster = await startCluster();
    expectPass(await cluster.kubectl(['create', 'namespace', 'faults']));
    expectPass(await cluster.kubectl(['-n', 'faults', 'create', 'quota', 'none', '--hard=pods=0']));
    lines = await Promise.all(Array.from({ length: LINES }, () => layLine('faults', cluster.kubeconfig)));
  });
  afterAll(async () => {
    await Promise.all((lines ?? []).map((line) => line.close()));
    await cluster?.stop();
  });

  describe.each(SCENARIOS)('$title', (scenario) => {
    let requests: readonly number[];
    beforeAll(async () => {
      const line = lines[0] as Line;
      const name = `${scenario.key}-clean`;
      if (scenario.before) await runDeploy(name, scenario.before, line.connection);
      line.proxy.arm();
      const ended = await runDeploy(name, scenario.version, line.connection);
      expect(ended).toMatchObject({ outcome: scenario.version === 'bad' ? { is: 'failed', restored: true } : { is: 'deployed' } });
      const count = line.proxy.seen.length;
      expect(count).toBeGreaterThan(15);
      const all = Array.from({ length: count }, (_, index) => index + 1);
      requests = scenario.last === undefined ? all : all.slice(-scenario.last);
    });

    it.each(FAULTS)('%s: ends or goes back, says so, loses nothing, and the next one is clean', async (fault) => {
      const met = requests.filter((_, index) => (index + FAULTS.indexOf(fault)) % SHARE === 0);
      const problems = await inLines(met, lines, (at, line) => meet(scenario, { at, fault }, line));
      expect(problems).toEqual([]);
    });
  });
});

async function meet(
  { key, before, version }: Scenario,
  { at, fault }: { readonly at: number; readonly fault: Fault },
  { proxy, connection }: Line,
): Promise<readonly string[]> {
  const name = `${key}-${fault}-${at}`;
  proxy.arm();
  if (before) await runDeploy(name, before, connection);
  const was = await lookAt(name, connection);
  proxy.arm({ at, fault });
  const ended = await runDeploy(name, version, connection);
  const met = proxy.seen[at - 1];
  proxy.arm();
  const is = await lookAt(name, connection);
  const problems = [...wrongWith(ended, { name, version, was, is }), ...(await wrongWithNext(name, connection))];
  return problems.map((problem) => `${met?.method} ${met?.path} (${at}): ${problem}; it said ${JSON.stringify(ended)}`);
}

interface Case {
  readonly name: string;
  readonly version: Version;
  readonly was: Found;
  readonly is: Found;
}

/** What the cluster shows against what was said. */
function wrongWith(ended: Ended, { name, version, was, is }: Case): readonly string[] {
  const unnamed = is.objects.filter((object) => !is.recorded.includes(object));
  const problems = unnamed.map((object) => `nothing names ${object}`);
  const inPlace = (found: Found) => JSON.stringify([found.objects, found.version]);
  if ('refused' in ended || 'skippedFor' in ended) {
    return inPlace(is) === inPlace(was) && is.phase === was.phase ? problems : [...problems, 'it refused, and changed something'];
  }
  const { outcome } = ended;
  if (outcome.is === 'deployed') {
    const wanted = outcome.note === undefined ? titles(smallService(name, version)).join() : is.objects.join();
    return is.version === version && is.objects.join() === wanted ? problems : [...problems, `it is not deployed: ${inPlace(is)}`];
  }
  if (outcome.restored && inPlace(is) !== inPlace(was)) return [...problems, `it did not go back: ${inPlace(is)}`];
  return outcome.why === '' ? [...problems, 'it failed and said nothing'] : problems;
}

/** The next deploy has nothing to stumble over, and leaves exactly its own objects. */
async function wrongWithNext(name: string, connection: Line['connection']): Promise<readonly string[]> {
  const ended = await runDeploy(name, '2', connection);
  const { objects, version, recorded, phase, holder } = await lookAt(name, connection);
  const wanted = titles(smallService(name, '2')).join();
  const right = version === '2' && objects.join() === wanted && recorded.join() === wanted && phase === 'deployed' && holder === undefined;
  return right ? [] : [`the next one ended as ${JSON.stringify({ ended, objects, version, recorded, phase, holder })}`];
}
