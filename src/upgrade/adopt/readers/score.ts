import { parseScore } from '../../../workload/score.ts';
import { type Evidence, evidence, type Reader } from '../evidence.ts';

/** A Score file names what the service needs, by type. */
export const scoreReader: Reader = {
  files: ['score.yaml'],
  of: 'service',
  read(text, file): readonly Evidence[] {
    const { name, resources, ports } = parseScore(text, file);
    const calls = resources.filter(({ type }) => type === 'service').map((resource) => resource.name);
    const [port] = ports;
    return [
      ...evidence('name', name, file),
      ...(resources.some(({ type }) => type === 'postgres') ? evidence('database', 'postgres', file) : []),
      ...(calls.length > 0 ? [{ input: 'calls', value: calls, source: file }] : []),
      ...(port ? evidence('port', String(port.targetPort), file) : []),
    ];
  },
};
