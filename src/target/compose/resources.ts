import type { Resource } from '../../workload/workload.ts';
import type { ComposeService } from './document.ts';

/** A piece of a value: text, or a variable that `.env` must hold. */
export type Source = { readonly text: string } | { readonly variable: string };

/** What Compose runs for a resource of a service, and what it gives the service. */
export interface ComposeResource {
  readonly service: ComposeService;
  /** Where it keeps its data, as a named volume. */
  readonly data: string;
  readonly outputs: Readonly<Record<string, readonly Source[]>>;
}

/** The images that stand in for what a platform provides: the publishers' own, each by its current line. */
const IMAGES = {
  postgres: 'postgres:18',
  redis: 'redis:8',
  kafka: 'apache/kafka:4.1.0',
  opensearch: 'opensearchproject/opensearch:3',
} as const;

const PATIENCE = { interval: '3s', timeout: '3s', retries: 40 } as const;

/** The stand-in of this type under that name, or undefined for a type that the platform team has made. */
export function composeResource({ type }: Pick<Resource, 'type'>, host: string): ComposeResource | undefined {
  switch (type) {
    case 'postgres':
      return postgres(host);
    case 'redis':
      return redis(host);
    case 'kafka':
      return kafka(host);
    case 'opensearch':
      return opensearch(host);
    default:
      return undefined;
  }
}

/** `orders-db` is `ORDERS_DB_PASSWORD`. */
export function variableFor(host: string, output: string): string {
  return `${host}_${output}`.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** A reference that Compose fills in from `.env` and refuses to go on without. */
export function reference(variable: string): string {
  return `\${${variable}:?set it in .env}`;
}

function postgres(host: string): ComposeResource {
  const variable = variableFor(host, 'password');
  const name = host.replaceAll('-', '_');
  const password: Source = { variable };
  return {
    data: '/var/lib/postgresql',
    service: {
      image: IMAGES.postgres,
      environment: { POSTGRES_USER: name, POSTGRES_DB: name, POSTGRES_PASSWORD: reference(variable) },
      healthcheck: { test: ['CMD', 'pg_isready', '--username', name, '--dbname', name], ...PATIENCE },
      restart: 'unless-stopped',
    },
    outputs: {
      ...address(host, 5432),
      username: [{ text: name }],
      password: [password],
      database: [{ text: name }],
      name: [{ text: name }],
      url: [{ text: `postgres://${name}:` }, password, { text: `@${host}:5432/${name}` }],
    },
  };
}

function redis(host: string): ComposeResource {
  return {
    data: '/data',
    service: {
      image: IMAGES.redis,
      command: ['redis-server', '--appendonly', 'yes'],
      healthcheck: { test: ['CMD', 'redis-cli', 'ping'], ...PATIENCE },
      restart: 'unless-stopped',
    },
    outputs: { ...address(host, 6379), url: [{ text: `redis://${host}:6379` }] },
  };
}

/** One broker that is its own controller. */
function kafka(host: string): ComposeResource {
  const environment = {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:9092`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
  };
  const test = ['CMD', '/opt/kafka/bin/kafka-broker-api-versions.sh', '--bootstrap-server', 'localhost:9092'];
  return {
    data: '/var/lib/kafka/data',
    service: { image: IMAGES.kafka, environment, healthcheck: { test, ...PATIENCE, timeout: '10s' }, restart: 'unless-stopped' },
    outputs: { ...address(host, 9092), url: [{ text: `kafka://${host}:9092` }] },
  };
}

function opensearch(host: string): ComposeResource {
  const environment = {
    'discovery.type': 'single-node',
    DISABLE_SECURITY_PLUGIN: 'true',
    DISABLE_INSTALL_DEMO_CONFIG: 'true',
    OPENSEARCH_JAVA_OPTS: '-Xms512m -Xmx512m',
  };
  const test = ['CMD', 'curl', '--fail', '--silent', 'http://localhost:9200/_cluster/health'];
  return {
    data: '/usr/share/opensearch/data',
    service: { image: IMAGES.opensearch, environment, healthcheck: { test, ...PATIENCE }, restart: 'unless-stopped' },
    outputs: { ...address(host, 9200), url: [{ text: `http://${host}:9200` }] },
  };
}

function address(host: string, port: number): Readonly<Record<string, readonly Source[]>> {
  return { host: [{ text: host }], port: [{ text: String(port) }] };
}
