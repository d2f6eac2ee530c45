/** `svc deploy` to a real cluster: against kubectl and Helm with many objects, with nothing to do, and with versions that cannot work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inRounds, median, RUNS, report, timeOf } from './harness.mjs';
import { load } from './load.mjs';

const svc = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'svc.js');
process.env.SVCKIT_BIN = svc;
const LATENCY_MS = 20;
/** kubectl and Helm wait for minutes where nobody stops them; this is when we do. */
const PEERS_PATIENCE_SECONDS = RUNS === 1 ? 20 : 60;

const { openStage, makeNamespace, detour } = await load('kubernetes/stage.ts');
const { writeManyObjects, changeObjects, applyAll, OBJECTS } = await load('kubernetes/many-objects.ts');
const { deployTwelve, runningPods } = await load('kubernetes/twelve-services.ts');
const { BROKEN, measureCause } = await load('kubernetes/causes.ts');
const { shellService } = await load('../tests/kubernetes/scene.ts');

const stage = await openStage();
try {
  await manyObjects();
  await brokenVersions();
  await peersOnBroken();
  await nothingToDo();
} finally {
  await stage.close();
}

/** Each round changes every object; each tool has a namespace of its own, and the same way to the API server. */
async function manyObjects() {
  const { child, port } = await delayed();
  const straight = process.env.KUBECONFIG;
  const KUBECONFIG = detour(port, stage);
  const env = { KUBECONFIG, XDG_STATE_HOME: join(stage.folder, 'state'), XDG_CACHE_HOME: join(stage.folder, 'cache') };
  try {
    for (const name of ['many-svc', 'many-kubectl', 'many-helm', 'many-engine']) await makeNamespace(name, stage);
    const cwd = writeManyObjects(stage);
    const rendered = (namespace) =>
      JSON.parse(outputOf(['render', '--env', 'bench', '--json'], cwd).replaceAll('many-svc', namespace)).data.files[0];
    const list = (namespace) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rendered(namespace).documents });
    let round = 0;
    const changed = () => {
      round += 1;
      changeObjects(round, stage);
    };
    const engine = [];
    const commands = {
      svc: { command: process.execPath, args: [svc, 'deploy', '--env', 'bench', '--yes'], cwd, env, before: changed },
      kubectl: {
        command: stage.kube,
        args: ['kubectl', 'apply', '--server-side', '--filename', join(stage.folder, 'many.json')],
        env,
        before: () => stage.write('many.json', list('many-kubectl')),
      },
      helm: {
        command: stage.helm,
        args: ['upgrade', '--install', 'many', join(stage.folder, 'chart'), '--namespace', 'many-helm'],
        env,
        async before() {
          writeChart(list('many-helm'));
          process.env.KUBECONFIG = KUBECONFIG;
          engine.push(await applyAll(rendered('many-engine').documents, 'many-engine'));
        },
      },
    };
    const { svc: command, kubectl, helm } = await inRounds(commands);
    const own = median(engine.slice(1));
    const what = `${OBJECTS} objects that changed, ${LATENCY_MS} ms to the API server`;
    report({ what: `${what}: svc applies`, value: own, peer: kubectl, peerName: 'kubectl apply --server-side', goal: { ratio: 0.25 } });
    report({ what: `${what}: svc applies`, value: own, goal: { atMost: 500 } });
    report({ what: `${what}: svc deploy, the whole command`, value: command, peer: helm, peerName: 'helm upgrade', goal: { ratio: 1 } });
  } finally {
    process.env.KUBECONFIG = straight;
    child.kill();
  }
}

async function delayed() {
  const { hostname, port } = stage.apiServer;
  const proxy = join(dirname(fileURLToPath(import.meta.url)), 'kubernetes', 'delay-proxy.mjs');
  const child = spawn(process.execPath, [proxy, hostname, port, String(LATENCY_MS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, port: Number(line) };
}

function outputOf(args, cwd) {
  const chunks = join(stage.folder, 'rendered.json');
  timeOf({ command: 'sh', args: ['-c', `"$0" "$@" >"${chunks}"`, process.execPath, svc, ...args], cwd });
  return stage.read('rendered.json');
}

/** Helm reads every file of a chart as a template. */
function writeChart(objects) {
  mkdirSync(join(stage.folder, 'chart', 'templates'), { recursive: true });
  stage.write('chart/Chart.yaml', 'apiVersion: v2\nname: many\nversion: 1.0.0\n');
  const documents = JSON.parse(objects).items.map((item) => JSON.stringify(item));
  stage.write('chart/templates/all.yaml', documents.join('\n---\n'));
}

async function brokenVersions() {
  const back = [];
  for (const broken of BROKEN) {
    const { name, toCause, toVerdict, toRestored, cause } = await measureCause(broken, stage);
    report({ what: `${name}, from the cluster showing it to its name`, value: toCause, unit: 's', goal: { atMost: 10 } });
    console.log(`         svc goes back after ${toVerdict.toFixed(1)} s: ${cause}`);
    back.push(toRestored);
  }
  report({ what: 'from the verdict to the old version serving, the longest', value: Math.max(...back), unit: 's', goal: { atMost: 10 } });
}

/** What the others say of two of them, and when. */
async function peersOnBroken() {
  const seconds = PEERS_PATIENCE_SECONDS;
  const said = await Promise.all(
    BROKEN.slice(0, 2).flatMap((broken, index) => [helmOn(broken, index, seconds), kubectlOn(broken, index, seconds)]),
  );
  for (const { what, took, exitCode, last } of said)
    console.log(`         ${what}: ${took.toFixed(0)} s (told to wait ${seconds}), exit code ${exitCode}: ${last}`);
}

async function helmOn(broken, index, seconds) {
  const namespace = `peer-helm-${index}`;
  await makeNamespace(namespace, stage);
  const chart = join(stage.folder, `peer-${index}`);
  stage.write(`peer-${index}/Chart.yaml`, 'apiVersion: v2\nname: peer\nversion: 1.0.0\n');
  stage.write(`peer-${index}/templates/all.yaml`, badObjects(broken).join('\n---\n'));
  const wait = ['--wait', '--timeout', `${seconds}s`];
  return told(`helm upgrade --install --wait, ${broken.name}`, [
    stage.helm,
    'upgrade',
    '--install',
    'peer',
    chart,
    '--namespace',
    namespace,
    ...wait,
  ]);
}

async function kubectlOn(broken, index, seconds) {
  const namespace = `peer-kubectl-${index}`;
  await makeNamespace(namespace, stage);
  const file = stage.write(`peer-${index}.yaml`, badObjects(broken).join('\n---\n'));
  const kubectl = [stage.kube, 'kubectl', '--namespace', namespace];
  await told('apply', [...kubectl, 'apply', '--server-side', '--filename', file]);
  return told(`kubectl rollout status, ${broken.name}`, [...kubectl, 'rollout', 'status', 'deployment/svc', `--timeout=${seconds}s`]);
}

function badObjects({ change }) {
  return shellService('svc', { image: stage.shell, ...change }).map((object) => JSON.stringify(object));
}

async function told(what, [command, ...args]) {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [exitCode] = await once(child, 'close');
  return { what, took: (performance.now() - began) / 1_000, exitCode, last: output.trim().split('\n').at(-1) };
}

async function nothingToDo() {
  const twelve = await deployTwelve(stage);
  try {
    if ((await runningPods(stage)) < 12) throw new Error('not all twelve services run');
    const times = [];
    for (let run = -1; run < RUNS; run += 1) {
      const milliseconds = await twelve.deployAgain();
      if (run >= 0) times.push(milliseconds);
    }
    report({ what: 'svc deploy of twelve services, nothing to do', value: median(times), goal: { atMost: 2_000 } });
  } finally {
    await twelve.close();
  }
}
