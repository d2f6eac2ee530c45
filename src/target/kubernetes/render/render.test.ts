import { describe, expect, it } from 'vitest';
import { only, renderShop } from './fake-shop.ts';

const API = 'containers: { main: { image: . } }\nservice: { ports: { http: { port: 80, targetPort: 8080 } } }\n';
const WITH_DATABASE = `containers: { main: { image: ., variables: { DATABASE_URL: "\${resources.db.url}" } } }\nresources: { db: { type: postgres } }\n`;

describe('a variable', () => {
  const env = async (staging: string, value = '${resources.db.url}', type = 'postgres') => {
    const score = `containers: { main: { image: ., variables: { X: "${value}" } } }\nresources: { db: { type: ${type} } }\n`;
    const rendered = await renderShop({ staging, services: { orders: score } });
    const { containers, volumes } = only(rendered, 'Deployment').spec.template.spec;
    return {
      env: containers[0].env.filter(({ name }: { name: string }) => name.startsWith('X')),
      mounts: containers[0].volumeMounts,
      volumes,
    };
  };

  it('that is a secret is a file, and only its key is mounted', async () => {
    const found = await env("resources: { postgres: { secret: { name: '${id}-app', keys: { url: uri } } } }");
    expect(found.env).toEqual([{ name: 'X_FILE', value: '/run/secrets/orders-db-app/uri' }]);
    expect(found.mounts).toContainEqual({ name: 'secret-orders-db-app', mountPath: '/run/secrets/orders-db-app', readOnly: true });
    expect(found.volumes).toContainEqual({
      name: 'secret-orders-db-app',
      secret: { secretName: 'orders-db-app', defaultMode: 0o440, items: [{ key: 'uri', path: 'uri' }] },
    });
  });

  it('that is put together of a secret and text is put together by the kubelet', async () => {
    const postgres =
      "server: { host: db.example.com, database: '${service}' }, secret: { name: db, keys: { username: user, password: password } }";
    expect((await env(`resources: { postgres: { ${postgres} } }`)).env).toEqual([
      { name: 'X_PART_1', valueFrom: { secretKeyRef: { name: 'db', key: 'user' } } },
      { name: 'X_PART_3', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'X', value: 'postgres://$(X_PART_1):$(X_PART_3)@db.example.com:5432/orders' },
    ]);
  });

  it('whose parts are in a store is put together there, encoded, and is a file', async () => {
    const staging = `
secrets: { store: vault }
resources:
  postgres:
    server: { host: db.example.com, database: a/b }
    secret: { name: '\${id}', keys: { username: user, password: password }, remote: 'shop/\${id}' }`;
    const rendered = await renderShop({ staging, services: { orders: WITH_DATABASE } });
    const { spec } = only(rendered, 'ExternalSecret');
    expect(spec.secretStoreRef).toEqual({ name: 'vault', kind: 'ClusterSecretStore' });
    expect(spec.data).toContainEqual({ secretKey: 'password', remoteRef: { key: 'shop/orders-db', property: 'password' } });
    expect(spec.target.template.data.url).toBe(
      'postgres://{{ index . "user" | urlquery | replace "+" "%20" }}:{{ index . "password" | urlquery | replace "+" "%20" }}@db.example.com:5432/a%2Fb',
    );
    expect((await env(staging)).env).toEqual([{ name: 'X_FILE', value: '/run/secrets/orders-db/url' }]);
  });

  it('without a secret is plain text, and $( in it stays what it is', async () => {
    const staging = 'resources: { mail: { server: { host: smtp.example.com, port: 25 } } }';
    expect((await env(staging, '${resources.db.host}:${resources.db.port} $(A) $${B}', 'mail')).env).toEqual([
      { name: 'X', value: 'smtp.example.com:25 $$(A) ${B}' },
    ]);
  });

  it('names another service by cluster DNS, in its own namespace and another one', async () => {
    const score = (params: string) =>
      `containers: { main: { image: ., variables: { X: "\${resources.products.url}" } } }\nresources: { products: { type: service${params} } }\n`;
    const url = async (params: string) => {
      const rendered = await renderShop({ services: { orders: score(params), products: API } });
      return only(rendered, 'Deployment').spec.template.spec.containers[0].env.at(-1).value;
    };
    expect(await url('')).toBe('http://products');
    expect(await url(', params: { namespace: stock, port: 8000 }')).toBe('http://products.stock:8000');
  });
});

describe('the network policy', () => {
  const policy = async (shop: Parameters<typeof renderShop>[0]) => only(await renderShop(shop), 'NetworkPolicy').spec;

  it('lets in who calls the service, the gateway of its route and the monitoring, and nobody else', async () => {
    const caller = 'containers: { main: { image: . } }\nresources: { api: { type: service, id: orders } }\n';
    const staging =
      'domain: example.com\ngateway: { name: public, namespace: gateways, pods: envoy }\nmonitoring: { type: prometheus-operator }';
    const routed = `${API}resources: { route: { type: route } }\n`;
    const spec = await policy({ staging, services: { orders: routed, cart: caller, billing: caller, products: API } });
    const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
    const service = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
    expect(spec.ingress).toEqual([
      {
        from: [service('billing'), service('cart'), namespace('envoy'), namespace('monitoring')],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('lets nobody in where nobody calls', async () => {
    expect((await policy({ services: { orders: API } })).ingress).toEqual([]);
  });

  it.each([
    ['an address', 'server: { host: 10.1.2.3 }', [{ ipBlock: { cidr: '10.1.2.3/32' } }]],
    [
      'a name of cluster DNS',
      'server: { host: db.databases.svc.cluster.local }',
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'databases' } } }],
    ],
    ['any other name, behind which may be anything', 'server: { host: db.example.com }', undefined],
    [
      'addresses that the environment says',
      'server: { host: db.example.com }, network: { cidr: 10.0.0.0/8 }',
      [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    ],
    [
      'pods that the environment says',
      "secret: { name: x, keys: { url: url } }, network: { pods: { db: '${id}' } }",
      [{ podSelector: { matchLabels: { db: 'orders-db' } } }],
    ],
  ])('lets the service out to its database by %s', async (_, postgres, to) => {
    const { egress } = await policy({ staging: `resources: { postgres: { ${postgres} } }`, services: { orders: WITH_DATABASE } });
    expect(egress.at(-1)).toEqual({ ...(to && { to }), ports: [{ port: 5432, protocol: 'TCP' }] });
    expect(egress[0].ports).toContainEqual({ port: 53, protocol: 'UDP' });
  });
});

describe('a workload', () => {
  it('leaves the number of its pods to the autoscaler where there is one', async () => {
    const scaled = await renderShop({ staging: 'replicas: { min: 2, max: 5 }', services: { orders: API } });
    expect(only(scaled, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(only(scaled, 'HorizontalPodAutoscaler').spec).toMatchObject({ minReplicas: 2, maxReplicas: 5 });
    const fixed = await renderShop({ staging: 'replicas: { min: 3, max: 3 }', services: { orders: API } });
    expect(only(fixed, 'Deployment').spec.replicas).toBe(3);
    expect(fixed.objects.map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
  });

  it('has time for its drain before it is killed', async () => {
    const score = API.replace('image: .', "image: ., variables: { DRAIN_TIMEOUT_MS: '60000' }");
    const grace = async (text: string) =>
      only(await renderShop({ services: { orders: text } }), 'Deployment').spec.template.spec.terminationGracePeriodSeconds;
    expect([await grace(API), await grace(score)]).toEqual([45, 85]);
  });

  it('is asked whether it has started as the service contract says', async () => {
    const probed = (path: string) =>
      API.replace('image: .', `image: ., readinessProbe: { httpGet: { path: ${path}, port: 8080, host: me } }`);
    const probe = async (path: string) =>
      only(await renderShop({ services: { orders: probed(path) } }), 'Deployment').spec.template.spec.containers[0].startupProbe.httpGet;
    expect(await probe('/health/ready')).toEqual({ path: '/health/startup', port: 8080, httpHeaders: [{ name: 'Host', value: 'me' }] });
    expect((await probe('/ok')).path).toBe('/ok');
  });

  it('starts what others wait for before them, and lets it go on beside them', async () => {
    const score = `
containers:
  main: { image: ., before: { proxy: { ready: started }, prepare: { ready: complete } } }
  proxy: { image: "proxy:1", before: { first: { ready: complete } } }
  prepare: { image: "prepare:1" }
  first: { image: "first:1" }
`;
    const { containers, initContainers } = only(await renderShop({ services: { orders: score } }), 'Deployment').spec.template.spec;
    expect(containers.map(({ name }: { name: string }) => name)).toEqual(['main']);
    expect(initContainers.map(({ name, restartPolicy }: { name: string; restartPolicy?: string }) => [name, restartPolicy])).toEqual([
      ['first', undefined],
      ['proxy', 'Always'],
      ['prepare', undefined],
    ]);
  });

  it('migrates its database in its own image, in a Job whose name follows from what it runs', async () => {
    const score = `# svckit.dev/migrate: node main.js migrate\n${WITH_DATABASE}`;
    const staging = 'resources: { postgres: { secret: { name: db, keys: { url: url } } } }';
    const job = async (image: string) => only(await renderShop({ staging, services: { orders: score }, images: { orders: image } }), 'Job');
    const [one, same, other] = [await job('orders:1'), await job('orders:1'), await job('orders:2')];
    expect(one.spec.template.spec.containers[0]).toMatchObject({ image: 'orders:1', command: ['node', 'main.js', 'migrate'] });
    expect(one.metadata.name).toMatch(/^orders-migrate-[0-9a-f]{8}$/);
    expect(same.metadata.name).toBe(one.metadata.name);
    expect(other.metadata.name).not.toBe(one.metadata.name);
  });

  it('with the longest name still has a Job that a label can name', async () => {
    const name = `a${'-b'.repeat(31)}`;
    const staging = 'resources: { postgres: { secret: { name: db, keys: { url: url } } } }';
    const rendered = await renderShop({ staging, services: { [name]: `# svckit.dev/migrate: ./migrate\n${WITH_DATABASE}` } });
    expect(only(rendered, 'Job').metadata.name.length).toBeLessThanOrEqual(63);
  });

  it('of kind job or cron has no Service, and a cron needs a schedule', async () => {
    const kinds = async (score: string) => (await renderShop({ services: { orders: score } })).objects.map(({ kind }) => kind);
    const body = 'containers: { main: { image: . } }\n';
    expect(await kinds(`# svckit.dev/kind: job\n${body}`)).toEqual(['ServiceAccount', 'NetworkPolicy', 'Job']);
    expect(await kinds(`# svckit.dev/kind: cron, svckit.dev/schedule: '0 3 * * *'\n${body}`)).toEqual([
      'ServiceAccount',
      'NetworkPolicy',
      'CronJob',
    ]);
    await expect(kinds(`# svckit.dev/kind: cron\n${body}`)).rejects.toThrow(
      'services/orders/score.yaml:2: a workload of kind cron needs a schedule',
    );
  });

  it('keeps its files in a ConfigMap that never changes, under a name that follows from them', async () => {
    const rendered = (content: string) =>
      renderShop({
        services: { orders: `containers: { main: { image: ., files: { /etc/a.txt: { content: "${content}", mode: "0400" } } } }\n` },
      });
    const [one, other] = [only(await rendered('a ${metadata.name}'), 'ConfigMap'), only(await rendered('b'), 'ConfigMap')];
    expect(Object.values(one.data)).toEqual(['a orders']);
    expect(one.immutable).toBe(true);
    expect(one.metadata.name).not.toBe(other.metadata.name);
  });

  it('brings the custom resource of an operator, filled in', async () => {
    const object =
      "apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: '${id}' }, spec: { instances: '${params.instances}' }";
    const staging = `resources: { postgres: { object: { ${object} }, secret: { name: '\${id}-app', keys: { url: uri } } } }`;
    const with3 = WITH_DATABASE.replace('type: postgres', 'type: postgres, params: { instances: 3 }');
    const cluster = only(await renderShop({ staging, services: { orders: with3 } }), 'Cluster');
    expect(cluster).toMatchObject({
      metadata: { name: 'orders-db', namespace: 'shop', labels: { 'svckit.dev/service': 'orders' } },
      spec: { instances: 3 },
    });
    await expect(renderShop({ staging, services: { orders: WITH_DATABASE } })).rejects.toThrow(
      'svc.yaml:6: nothing gives ${params.instances} for db of orders',
    );
  });

  it('is read with the overlay of the environment put over it', async () => {
    const files = {
      'services/orders/score.staging.yaml':
        'containers: { main: { resources: { limits: { memory: 1Gi } }, variables: { B: null, C: c } } }\n',
    };
    const score = 'containers: { main: { image: ., variables: { A: a, B: b }, resources: { limits: { cpu: "1", memory: 64Mi } } } }\n';
    const [container] = only(await renderShop({ services: { orders: score }, files }), 'Deployment').spec.template.spec.containers;
    expect(container.resources.limits).toMatchObject({ cpu: '1', memory: '1Gi' });
    expect(container.env.slice(-2)).toEqual([
      { name: 'A', value: 'a' },
      { name: 'C', value: 'c' },
    ]);
  });

  it('asks a registry for a tag each time, and for a digest only where a node lacks it', async () => {
    const policy = async (image: string) =>
      only(await renderShop({ services: { orders: API }, images: { orders: image } }), 'Deployment').spec.template.spec.containers[0];
    expect(await policy(`x/orders@sha256:${'a'.repeat(64)}`)).toMatchObject({ imagePullPolicy: 'IfNotPresent' });
    expect(await policy('x/orders:1')).toMatchObject({ image: 'x/orders:1', imagePullPolicy: 'Always' });
    expect(only(await renderShop({ services: { orders: API } }), 'Deployment').spec.template.spec.containers[0].image).toBe(
      'registry.example.com/shop/orders:1.2.3',
    );
  });
});

describe('what cannot be rendered is told with file, line and what to do', () => {
  it.each<[string, Parameters<typeof renderShop>[0], string]>([
    [
      'a type that the environment does not provide',
      { services: { orders: WITH_DATABASE } },
      'svc.yaml:2: staging provides no postgres, which orders needs (services/orders/score.yaml:4)',
    ],
    [
      'a placeholder that names nothing',
      { services: { orders: 'containers: { main: { image: ., variables: { X: "${resources.no.url}" } } }\n' } },
      'services/orders/score.yaml:3: nothing provides ${resources.no.url}',
    ],
    [
      'an output that the provider does not give',
      { staging: 'resources: { postgres: { server: { port: 1 } } }', services: { orders: WITH_DATABASE } },
      'services/orders/score.yaml:3: db of type postgres gives no url (svc.yaml:6)',
    ],
    [
      'a route without a domain',
      { staging: 'gateway: { name: g }', services: { orders: `${API}resources: { route: { type: route } }\n` } },
      'services/orders/score.yaml:5: staging has no domain (svc.yaml:2)',
    ],
    [
      'a route to a port that is not there',
      {
        staging: 'domain: a.b\ngateway: { name: g }',
        services: { orders: `${API}resources: { route: { type: route, params: { port: 81 } } }\n` },
      },
      'services/orders/score.yaml:5: there is no port 81',
    ],
    [
      'containers that wait for each other',
      {
        services: {
          orders:
            'containers:\n  aa: { image: ., before: { bb: { ready: started } } }\n  bb: { image: ., before: { aa: { ready: started } } }\n',
        },
      },
      'containers wait for each other: aa, bb, aa',
    ],
    [
      'a file outside of the service',
      { services: { orders: 'containers: { main: { image: ., files: { /etc/x: { source: ../../secret } } } }\n' } },
      '../../secret is outside of the service',
    ],
    [
      'a volume that is none',
      { services: { orders: 'containers: { main: { image: ., volumes: { /data: { source: data } } } }\n' } },
      'services/orders/score.yaml:3: data is no volume',
    ],
    [
      'a secret that is a part of a file',
      {
        staging: 'resources: { postgres: { secret: { name: x, keys: { url: u } } } }',
        services: { orders: WITH_DATABASE.replace('image: .', 'image: ., files: { /etc/x: { content: "url=${resources.db.url}" } }') },
      },
      'a secret is part of /etc/x',
    ],
    [
      'a remote secret without a store',
      { staging: 'resources: { postgres: { secret: { name: x, keys: { url: u }, remote: y } } }', services: { orders: WITH_DATABASE } },
      'svc.yaml:6: staging has no store for what is remote',
    ],
  ])('%s', async (_, shop, message) => {
    await expect(renderShop(shop)).rejects.toThrow(message);
  });
});
