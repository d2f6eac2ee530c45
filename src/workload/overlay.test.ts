import { expect, it } from 'vitest';
import { readScore } from './overlay.ts';

const base = {
  file: 'score.yaml',
  text: `apiVersion: score.dev/v1b1
metadata: { name: orders }
containers:
  main:
    image: .
    args: [--a, --b]
    variables: { A: a, B: b }
`,
};
const overlay = (text: string) => ({ file: 'score.staging.yaml', text });

it('merges maps, replaces lists and takes away what is null', () => {
  const { workload } = readScore(base, overlay('containers:\n  main:\n    args: [--c]\n    variables: { A: null, C: c }\n'));
  expect(workload.containers[0]).toMatchObject({ image: '.', args: ['--c'], variables: { B: 'b', C: 'c' } });
});

it('knows which of the two files says a thing, and where', () => {
  const { where } = readScore(base, overlay('containers:\n  main:\n    variables: { C: c }\n'));
  expect(where(['containers', 'main', 'variables', 'C'])).toBe('score.staging.yaml:3');
  expect(where(['containers', 'main', 'args'])).toBe('score.yaml:6');
});

it('complains of each file by its own name and line', () => {
  expect(() => readScore({ ...base, text: base.text.replace('image: .', 'imag: .') }, overlay('{}'))).toThrow('score.yaml:5');
  expect(() => readScore(base, overlay('\ncontainers: { main: { image: 5 } }\n'))).toThrow('score.staging.yaml:2: containers.main.image');
});

it('reads files, volumes, probes and the order of containers in both forms of Score', () => {
  const text = `${base.text}    files:
      - { target: /etc/a, content: a, mode: "0400" }
    volumes: { /data: { source: "\${resources.data}", readOnly: true } }
    before: { side: { ready: healthy } }
    livenessProbe: { exec: { command: [ls] } }
  side: { image: "side:1", files: { /etc/b: { source: b.txt, noExpand: true } } }
resources: { data: { type: volume } }
`;
  const [main, side] = readScore({ ...base, text }).workload.containers;
  expect(main).toMatchObject({
    files: [{ target: '/etc/a', content: 'a', mode: '0400', noExpand: false }],
    volumes: [{ target: '/data', source: '${resources.data}', readOnly: true }],
    before: { side: 'healthy' },
    livenessProbe: { exec: ['ls'] },
  });
  expect(side?.files).toMatchObject([{ target: '/etc/b', source: 'b.txt', noExpand: true }]);
  expect(() => readScore({ ...base, text: text.replace('content: a, ', '') })).toThrow(
    'expected exactly one of source, content and binaryContent',
  );
});
