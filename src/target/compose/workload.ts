import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Container, MountedFile, MountedVolume } from '../../workload/workload.ts';
import type { ComposeConfig, ComposeDocument, ComposeService, Condition, VolumeMount } from './document.ts';
import { composeResource } from './resources.ts';
import type { ComposeScene } from './scene.ts';
import { composeText, hostOf, literal, resolved } from './values.ts';

/** What one workload adds to the Compose file. */
export type Part = Omit<ComposeDocument, 'name'>;

/** The user of the template's images, and what a container has no need of. */
const HARDENED = {
  user: '10001:10001',
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  tmpfs: ['/tmp'],
} as const;
/** The service contract's drain of 20 s, and as much again for what comes after it. */
const GRACE = '45s';

/** The Compose services of a workload: one for each container, one for its migrations, one for each resource of its own. */
export function workloadPart(scene: ComposeScene): Part {
  const { workload } = scene;
  const containers = workload.containers.map((container, index) => containerPart(scene, container, index));
  return combined([...resourceParts(scene), ...migrationParts(scene), ...containers]);
}

/** Parts as one; what two of them share is the same in both. */
export function combined(parts: readonly Part[]): Part {
  const all = <K extends keyof Part>(key: K) => Object.assign({}, ...parts.map((part) => part[key] ?? {})) as NonNullable<Part[K]>;
  return { services: all('services'), volumes: all('volumes'), configs: all('configs') };
}

function resourceParts({ workload }: ComposeScene): readonly Part[] {
  return workload.resources.flatMap((resource) => {
    const host = hostOf(resource, workload.name);
    const found = composeResource(resource, host);
    if (!found) return [];
    const service = { ...found.service, volumes: [`${host}:${found.data}`] };
    return [{ services: { [host]: service }, volumes: { [host]: {} } }];
  });
}

function migrationParts(scene: ComposeScene): readonly Part[] {
  const { migrate, containers, name } = scene.workload;
  const [first] = containers;
  if (!migrate || !first) return [];
  const { configs, mounts, environment } = contentOf(scene, first);
  const service: ComposeService = {
    ...imageOf(scene, first),
    entrypoint: migrate,
    environment,
    ...(mounts.length > 0 && { configs: mounts }),
    ...HARDENED,
    depends_on: needed(scene),
    restart: 'no',
  };
  return [{ services: { [`${name}-migrate`]: service }, configs }];
}

function containerPart(scene: ComposeScene, container: Container, index: number): Part {
  const { workload } = scene;
  const { configs, mounts, environment } = contentOf(scene, container);
  const volumes = container.volumes.map((volume) => volumeMount(scene, container, volume));
  const service: ComposeService = {
    ...imageOf(scene, container),
    ...(container.command && { entrypoint: container.command.map(literal) }),
    ...(container.args && { command: container.args.map(literal) }),
    environment,
    ...(mounts.length > 0 && { configs: mounts }),
    ...(volumes.length > 0 && { volumes }),
    ...HARDENED,
    ...(index === 0 ? ports(scene) : { network_mode: `service:${workload.name}` }),
    depends_on: index === 0 ? { ...needed(scene), ...migrated(scene) } : {},
    ...(container.readinessProbe?.exec && {
      healthcheck: { test: ['CMD', ...container.readinessProbe.exec], interval: '5s', timeout: '3s', retries: 10 },
    }),
    ...lifeOf(scene),
    stop_grace_period: GRACE,
    ...(container.limits?.memory !== undefined && { mem_limit: memory(container.limits.memory) }),
  };
  const name = index === 0 ? workload.name : `${workload.name}-${container.name}`;
  return { services: { [name]: service }, volumes: Object.fromEntries(volumes.map(({ source }) => [source, {}])), configs };
}

/** Compose has no schedule: what comes back by one is there to be started by hand, `docker compose run`. */
function lifeOf({ workload: { kind } }: ComposeScene): Pick<ComposeService, 'restart' | 'profiles'> {
  if (kind === 'cron') return { restart: 'no', profiles: ['cron'] };
  return { restart: kind === 'job' ? 'no' : 'unless-stopped' };
}

function imageOf(scene: ComposeScene, { image }: Container): Pick<ComposeService, 'image' | 'build'> {
  if (image !== '.') return { image };
  if (scene.image !== undefined) return { image: scene.image };
  return scene.builtFromRoot
    ? { build: { context: '.', dockerfile: join(scene.folder, 'Dockerfile') } }
    : { build: { context: scene.folder, dockerfile: 'Dockerfile' } };
}

/** Reached from this machine alone, at a port that Docker chooses: `docker compose port orders 8080` tells it. */
function ports({ workload }: ComposeScene): Pick<ComposeService, 'ports'> {
  const published = workload.ports.map(({ targetPort, protocol }) => `127.0.0.1::${targetPort}${protocol === 'UDP' ? '/udp' : ''}`);
  return published.length > 0 ? { ports: published } : {};
}

function needed({ workload }: ComposeScene): Record<string, { condition: Condition }> {
  const entries = workload.resources.flatMap((resource): [string, { condition: Condition }][] => {
    const host = hostOf(resource, workload.name);
    return composeResource(resource, host) ? [[host, { condition: 'service_healthy' }]] : [];
  });
  return Object.fromEntries(entries);
}

function migrated({ workload }: ComposeScene): Record<string, { condition: Condition }> {
  return workload.migrate ? { [`${workload.name}-migrate`]: { condition: 'service_completed_successfully' } } : {};
}

interface ContainerContent {
  readonly environment: Readonly<Record<string, string>>;
  readonly configs: Readonly<Record<string, ComposeConfig>>;
  readonly mounts: NonNullable<ComposeService['configs']>;
}

/** Variables and files. A value with a secret in it is a file, by the service contract's `X_FILE`: `docker inspect` shows variables. */
function contentOf(scene: ComposeScene, container: Container): ContainerContent {
  const environment = new Map(Object.entries(contractVariables(scene)));
  const configs = new Map<string, ComposeConfig>();
  const mounts: { source: string; target: string; mode?: string }[] = [];
  for (const [name, value] of Object.entries(container.variables)) {
    const sources = resolved(scene, value, ['containers', container.name, 'variables', name]);
    if (sources.every((source) => 'text' in source)) environment.set(name, composeText(sources));
    else {
      const source = configName(scene, container, name);
      configs.set(source, { content: composeText(sources) });
      mounts.push({ source, target: `/run/secrets/${name}` });
      environment.set(`${name}_FILE`, `/run/secrets/${name}`);
    }
  }
  for (const file of container.files) {
    const source = configName(scene, container, file.target);
    configs.set(source, configOf(scene, container, file));
    mounts.push({ source, target: file.target, ...(file.mode !== undefined && { mode: file.mode }) });
  }
  return { environment: Object.fromEntries(environment), configs: Object.fromEntries(configs), mounts };
}

function contractVariables({ workload, version, environment }: ComposeScene): Readonly<Record<string, string>> {
  const attributes = [
    ...(version === undefined ? [] : [`service.version=${encodeURIComponent(version)}`]),
    `deployment.environment.name=${environment}`,
  ];
  return { OTEL_SERVICE_NAME: workload.name, OTEL_RESOURCE_ATTRIBUTES: attributes.join(',') };
}

function configOf(scene: ComposeScene, container: Container, file: MountedFile): ComposeConfig {
  const bytes = file.source === undefined ? undefined : scene.sources.get(file.source);
  const text = bytes ? Buffer.from(bytes).toString('utf8') : file.content;
  if (text !== undefined && (!bytes || Buffer.from(text).equals(Buffer.from(bytes)))) {
    const where = ['containers', container.name, 'files', file.target];
    return { content: file.noExpand ? literal(text) : composeText(resolved(scene, text, where)) };
  }
  if (file.source !== undefined) return { file: `./${join(scene.folder, file.source)}` };
  const at = scene.where(['containers', container.name, 'files', file.target]);
  throw new SvcError('workload/invalid', `${at}: Compose cannot carry binaryContent`, { hint: 'Keep it in a file: source: …' });
}

function configName({ workload }: ComposeScene, { name }: Container, what: string): string {
  const readable = what
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const digest = createHash('sha256').update(`${name}:${what}`).digest('hex').slice(0, 6);
  return `${workload.name}-${readable}-${digest}`;
}

function volumeMount(
  { workload, where }: ComposeScene,
  container: Container,
  { target, source, path, readOnly }: MountedVolume,
): VolumeMount {
  const name = /^\$\{resources\.([^.}]+)\}$/.exec(source)?.[1] ?? source;
  const resource = workload.resources.find((each) => each.name === name && each.type === 'volume');
  if (!resource) {
    const at = where(['containers', container.name, 'volumes', target]);
    throw new SvcError('workload/invalid', `${at}: ${source} is no volume`, {
      hint: 'Declare one under resources, data: { type: volume }',
    });
  }
  const mount = { type: 'volume', source: hostOf(resource, workload.name), target } as const;
  return { ...mount, ...(readOnly && { read_only: true }), ...(path !== undefined && { volume: { subpath: path } }) };
}

/** Compose counts in units of 1024 and writes them without an `i`; Kubernetes' `M` is a million. */
function memory(quantity: string): string {
  const [, number = '', unit = ''] = /^([\d.]+)([KMGTPE]?i?)$/.exec(quantity) ?? [];
  const factor = (unit.endsWith('i') ? 1024 : 1000) ** ' KMGTPE'.indexOf(unit[0] ?? ' ');
  return `${Math.ceil(Number(number) * factor)}b`;
}
