import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { everyService, findIn, type Rendered, render, template, text } from './rendered.ts';

const services = everyService();

function findInFiles(service: Rendered, fault: (content: string, path: string) => string | undefined): readonly string[] {
  return [...service.files].flatMap(([path, content]) => fault(content, path) ?? []);
}

test('every YAML and JSON file can be read', () => {
  const broken = (content: string, path: string) => {
    if (/\.ya?ml$/.test(path))
      return parseAllDocuments(content).flatMap(({ errors }) => errors.map(({ message }) => `${path}: ${message}`))[0];
    if (!path.endsWith('.json')) return undefined;
    try {
      return JSON.parse(content) === undefined ? path : undefined;
    } catch (error) {
      return `${path}: ${error}`;
    }
  };
  expect(findIn(services, (service) => findInFiles(service, broken))).toEqual([]);
});

test('no tag is left over, and no value is missing', () => {
  const leftOver = (content: string, path: string) => /<%|%>|\bundefined\b(?!\))|\[object |__\w+__/.exec(`${path}\n${content}`)?.[0];
  const ours = (service: Rendered) => ({ ...service, files: new Map([...service.files].filter(([path]) => !/\.tsx?$/.test(path))) });
  expect(findIn(services, (service) => findInFiles(ours(service), leftOver))).toEqual([]);
  expect(findIn(services, (service) => findInFiles(service, (content, path) => (content.includes('<%') ? path : undefined)))).toEqual([]);
});

test('files are tidy: no blank at the end of a line, no two empty lines, one line end at the end', () => {
  const untidy = (content: string, path: string) => {
    const tidy = !/[ \t]$/m.test(content) && !/^\n|\n\n\n/.test(content) && /[^\n]\n$/.test(content);
    return tidy ? undefined : path;
  };
  expect(findIn(services, (service) => findInFiles(service, untidy))).toEqual([]);
});

test('a description arrives as it was given, however awkward', () => {
  const lost = (service: Rendered) => {
    const given = String(service.answers['description']);
    const [component] = parseAllDocuments(text(service, 'catalog-info.yaml')).map((document) => document.toJS());
    const contract = parseAllDocuments(text(service, 'openapi.yaml'))[0]?.toJS();
    const found = [component.metadata.description, contract.info.description, JSON.parse(text(service, 'package.json')).description];
    return found.filter((one) => one !== given).map((one) => `${one} is not ${given}`);
  };
  expect(findIn(services, lost)).toEqual([]);
});

test('what is published by name is pinned: actions by commit, images by a full version', () => {
  const loose = (content: string, path: string) => {
    if (path.startsWith('.github/workflows/')) return /uses: (?!\S+@[0-9a-f]{40}( # v[\d.]+)?$)\S+/m.exec(content)?.[0];
    if (path.endsWith('Dockerfile')) return /^FROM (?!sources|node:\d+\.\d+\.\d+-)\S+/m.exec(content)?.[0];
    return /^ *image: (?!\S+:v?\d+\.\d+\.\d+|\.$)\S+/m.exec(content)?.[0];
  };
  expect(findIn(services, (service) => findInFiles(service, loose))).toEqual([]);
});

test('lean leaves out what full has, and adds no file', () => {
  const answers = { name: 'orders', database: 'postgres', calls: ['products'] };
  const full = [...render('full', { ...answers, standards: 'full' }).files.keys()];
  const lean = [...render('lean', { ...answers, standards: 'lean' }).files.keys()];
  expect(lean.filter((path) => !full.includes(path))).toEqual([]);
  expect(full.filter((path) => !lean.includes(path)).sort()).toEqual([
    'CODEOWNERS',
    'SECURITY.md',
    'docs/index.md',
    'mkdocs.yml',
    'slo.yaml',
  ]);
});

test('each choice of pipeline brings its own files, and none brings none', () => {
  const pipelines = (ci: string) =>
    [...render(ci, { name: 'orders', ci }).files.keys()].filter((path) => /^\.git(hub|lab)|renovate/.test(path)).sort();
  expect(pipelines('github')).toEqual(['.github/dependabot.yml', '.github/workflows/orders.yml']);
  expect(pipelines('reusable')).toEqual(pipelines('github'));
  expect(pipelines('gitlab')).toEqual(['.gitlab-ci.yml', '.gitlab/ci/orders.yml', 'renovate.json']);
  expect(pipelines('none')).toEqual([]);
});

test.each(['a', '1st', 'Orders', 'orders-', 'or--ders', '-orders', 'a'.repeat(40), 'or_ders', 'or.ders', 'orders\n'])(
  '%j is no name',
  (name) => {
    const input = template.manifest.inputs.find((one) => one.name === 'name');
    expect(new RegExp(input?.pattern ?? '', 'u').test(name)).toBe(false);
  },
);
