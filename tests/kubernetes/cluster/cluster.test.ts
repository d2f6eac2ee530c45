import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster.ts';
import { NETWORK } from './parts.ts';

const reason = whyNoCluster();

describe.skipIf(reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1')(
  `the test cluster${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster?.stop());

    it('runs pods, and finds services by name', async () => {
      expectPass(await cluster.kubectl(['apply', '--server-side', '--filename=-'], PODS));
      expectPass(await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/pause', '--timeout=30s']));
      const { output } = await cluster.kubectl(['get', 'service', 'pause', '--output=jsonpath={.spec.clusterIP}']);
      const names = new Resolver();
      names.setServers([NETWORK.cluster]);
      expect(await names.resolve4('pause.default.svc.cluster.local')).toEqual([output]);
    });
  },
);

const PODS = `apiVersion: v1
kind: Pod
metadata: { name: pause, labels: { app: pause } }
spec: { containers: [{ name: main, image: svckit.test/pause:1, imagePullPolicy: Never }] }
---
apiVersion: v1
kind: Service
metadata: { name: pause }
spec: { selector: { app: pause }, ports: [{ port: 80 }] }
`;
