import { clusterAt, connectionTo, runDeploy, type Version } from './small-service.ts';

/** A deploy as a process of its own, to be killed: deploying.mjs <kubeconfig> <namespace> <service> <version> <lease in seconds>. */
const [, , kubeconfig = '', namespace = '', service = '', version = '1', seconds = '30'] = process.argv;
const connection = connectionTo(clusterAt(kubeconfig), namespace);
const ended = await runDeploy(service, version as Version, connection, { leaseSeconds: Number(seconds) });
console.log(JSON.stringify(ended));
