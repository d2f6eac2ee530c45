import { join } from 'node:path';
import { TOOLS_DIR } from '../../toolchain/tools.ts';

/**
 * Which of the clusters of this machine this is: each has its own network, folder and control groups. The test files that run side by
 * side have one each, and so has each run beside another one, by its SVCKIT_CLUSTER.
 */
const NUMBER = 10 * Number(process.env['SVCKIT_CLUSTER'] ?? 0) + Number(process.env['VITEST_POOL_ID'] ?? 0);

/** The network that the machine and the cluster share: a pair of virtual cables, one end in the cluster's own namespace. */
export const NETWORK = {
  namespace: `svckit-test${NUMBER}`,
  cluster: `10.89.${NUMBER}.1`,
  machine: `10.89.${NUMBER}.254`,
  pods: '10.88.0.0/16',
  services: '10.96.0.0/16',
};

export const API_SERVER = `https://${NETWORK.cluster}:16443`;
/** Where images are pushed to and pulled from: the same name inside and outside. */
export const REGISTRY = `${NETWORK.cluster}:5000`;
/** What changes while the cluster runs. */
export const STATE = join(TOOLS_DIR, `cluster${NUMBER}`);
/** The control groups of its pods stand below this one: a kubelet ends whatever else it finds. */
export const CONTROL_GROUP = `svckit-test${NUMBER}`;
export const BUILT = join(TOOLS_DIR, 'kubernetes');
export const PAUSE_IMAGE = 'svckit.test/pause:1';

/** One process of the cluster; it runs in the state folder. */
export interface Part {
  readonly name: string;
  readonly command: readonly string[];
}

const kube = join(BUILT, 'kube');
const etcdPeer = 'http://127.0.0.1:12380';
const etcd = 'http://127.0.0.1:12379';

/** In the order in which they are started; each waits for those that it needs by itself, but for the first two. */
export const STORE: Part = {
  name: 'etcd',
  command: [
    ...['etcd', '--data-dir=etcd', `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
    ...[`--listen-peer-urls=${etcdPeer}`, `--initial-advertise-peer-urls=${etcdPeer}`, `--initial-cluster=default=${etcdPeer}`],
  ],
};

export const SERVER: Part = {
  name: 'apiserver',
  command: [
    ...[kube, 'apiserver', `--etcd-servers=${etcd}`, '--secure-port=16443', `--advertise-address=${NETWORK.cluster}`, '--cert-dir=certs'],
    ...[`--service-cluster-ip-range=${NETWORK.services}`, '--service-account-issuer=https://kubernetes.default.svc'],
    ...['--service-account-key-file=sa.pub', '--service-account-signing-key-file=sa.key', '--token-auth-file=tokens.csv'],
    ...['--authorization-mode=RBAC', '--kubelet-preferred-address-types=InternalIP', '--shutdown-delay-duration=0s'],
  ],
};

export const CONTAINERS: Part = { name: 'containerd', command: ['containerd', '--config=containerd.toml'] };

export const NODE: readonly Part[] = [
  {
    name: 'controller-manager',
    command: [
      ...[kube, 'controller-manager', '--kubeconfig=kubeconfig', '--service-account-private-key-file=sa.key'],
      ...['--root-ca-file=certs/apiserver.crt', '--leader-elect=false', '--cert-dir=certs-controllers'],
    ],
  },
  { name: 'scheduler', command: [kube, 'scheduler', '--kubeconfig=kubeconfig', '--leader-elect=false', '--cert-dir=certs-scheduler'] },
  {
    name: 'kubelet',
    command: [
      ...[kube, 'kubelet', '--config=kubelet.yaml', '--kubeconfig=kubeconfig', `--root-dir=${STATE}/kubelet`, '--cert-dir=certs-kubelet'],
      ...['--hostname-override=node1', `--node-ip=${NETWORK.cluster}`],
    ],
  },
  {
    name: 'proxy',
    // How many connections the kernel tracks is not ours to set where there is no right to.
    command: [
      ...[kube, 'proxy', '--kubeconfig=kubeconfig', '--hostname-override=node1', `--cluster-cidr=${NETWORK.pods}`],
      ...['--proxy-mode=iptables', '--conntrack-max-per-core=0'],
    ],
  },
  { name: 'coredns', command: [join(BUILT, 'coredns'), '-conf', 'Corefile'] },
  { name: 'registry', command: [join(BUILT, 'registry'), REGISTRY] },
];

/** The configuration files of the cluster, by name. */
export function filesOf(token: string): Readonly<Record<string, string>> {
  return {
    'tokens.csv': `${token},admin,1,"system:masters"\n`,
    kubeconfig: kubeconfig(token),
    'containerd.toml': containerd(),
    'kubelet.yaml': kubelet(),
    [`registries/${REGISTRY}/hosts.toml`]: `server = "http://${REGISTRY}"\n[host."http://${REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n`,
    'cni/10-bridge.conflist': JSON.stringify(POD_NETWORK),
    Corefile: `.:53 {\n  bind ${NETWORK.cluster}\n  kubernetes cluster.local {\n    kubeconfig ${STATE}/kubeconfig test\n  }\n  errors\n}\n`,
  };
}

/** The certificate that the API server makes for itself is its own authority. */
function kubeconfig(token: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: test, cluster: { server: '${API_SERVER}', certificate-authority: certs/apiserver.crt } }]
users: [{ name: admin, user: { token: ${token} } }]
contexts: [{ name: test, context: { cluster: test, user: admin } }]
current-context: test
`;
}

/** Without the right to lower its own score, the kernel's memory killer has to be left alone: each sandbox fails otherwise. */
function containerd(): string {
  return `version = 2
root = "${STATE}/containerd"
state = "${STATE}/containerd-run"
[grpc]
  address = "${STATE}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${STATE}/registries"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${STATE}/cni"
`;
}

function kubelet(): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://${STATE}/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /${CONTROL_GROUP}
podLogsDir: ${STATE}/logs
failCgroupV1: false
failSwapOn: false
address: ${NETWORK.cluster}
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
enforceNodeAllocatable: []
imageGCHighThresholdPercent: 100
evictionHard: { memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1% }
clusterDNS: [${NETWORK.cluster}]
clusterDomain: cluster.local
resolvConf: ''
`;
}

const POD_NETWORK = {
  cniVersion: '1.0.0',
  name: 'test',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: 'host-local', dataDir: `${STATE}/addresses`, ranges: [[{ subnet: NETWORK.pods }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};
