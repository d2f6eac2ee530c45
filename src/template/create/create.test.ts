import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { nameFault, refuseName } from './name.ts';
import { placeService, rootOf } from './placement.ts';
import { withRegion } from './region.ts';
import { withCatalogTarget, withNpmWorkspace } from './workspace-files.ts';

describe('a name', () => {
  it.each(['a', 'orders', 'price-list', 'v2', 'a'.repeat(63)])('may be %s', (name) => expect(nameFault(name)).toBeUndefined());

  it.each([
    ['Orders', 'orders'],
    ['orderLines', 'order-lines'],
    ['2nd_try', 'nd-try'],
    ['a--b', 'a-b'],
    ['-a', 'a'],
    ['a-', 'a'],
    ['Bestellübersicht', 'bestellubersicht'],
    ['a.b', 'a-b'],
    ['***', 'orders'],
    ['a'.repeat(64), 'a'.repeat(63)],
  ])('cannot be %s, and %s is proposed', (name, similar) => {
    expect(() => refuseName(name, 'http-service')).toThrow('cannot be the name');
    try {
      refuseName(name, 'http-service');
    } catch (error) {
      expect(error).toMatchObject({ hint: expect.stringMatching(new RegExp(`svc new http-service ${similar}$`)) });
    }
  });
});

describe('a new service is placed', () => {
  const place = async (files: Record<string, string>, more: Partial<Parameters<typeof placeService>[0]> = {}) => {
    const { fs } = fakeRuntime({ files });
    const placement = await placeService({ cwd: '/work', name: 'orders', dir: undefined, type: 'service', ...more }, fs);
    return { ...placement, root: rootOf(placement) };
  };

  it('alone, below the current folder', async () => {
    expect(await place({})).toMatchObject({ folder: '/work/orders', repository: '/work/orders', root: '/work/orders', git: undefined });
  });

  it('in a workspace, beside its other services, with their system and owner as defaults', async () => {
    const system = "kind: System\nmetadata: { name: shop }\nspec: { owner: 'group:default/team-a' }\n";
    const location =
      'kind: Location\nspec: { targets: [./apps/a/catalog-info.yaml, ./apps/b/catalog-info.yaml, ./libs/c/catalog-info.yaml] }\n';
    const files = { 'svc.yaml': '', 'catalog-info.yaml': `${system}---\n${location}`, 'apps/a/x': '' };
    expect(await place(files, { cwd: '/work/apps/a' })).toEqual({
      folder: '/work/apps/orders',
      workspace: '/work',
      repository: '/work',
      root: '/work',
      git: undefined,
      defaults: { system: 'shop', owner: 'team-a' },
    });
    expect(await place({ 'svc.yaml': '' })).toMatchObject({ folder: '/work/services/orders', defaults: {} });
  });

  it('in a repository, whose root gets what belongs to the repository', async () => {
    const files = { 'mono/.git/HEAD': '', 'mono/apps/x': '', 'mono/shop/svc.yaml': '' };
    expect(await place(files, { cwd: '/work/mono/apps' })).toMatchObject({
      folder: '/work/mono/apps/orders',
      repository: '/work/mono',
      root: '/work/mono',
    });
    expect(await place(files, { cwd: '/work/mono/shop' })).toMatchObject({
      workspace: '/work/mono/shop',
      repository: '/work/mono',
      root: '/work/mono',
    });
    expect(await place(files, { dir: 'mono/shop/elsewhere' })).toMatchObject({
      folder: '/work/mono/shop/elsewhere',
      workspace: '/work/mono/shop',
    });
  });

  it('never as a workspace inside of a workspace', async () => {
    await expect(place({ 'svc.yaml': '' }, { type: 'workspace' })).rejects.toMatchObject({ code: 'plan/conflict' });
  });
});

describe('a region', () => {
  const region = { name: 'orders', path: 'CODEOWNERS', body: '/orders/ @team\n' };
  const own = '# svckit:begin orders\n/orders/ @team\n# svckit:end orders\n';

  it('is the whole of a new file, and goes to the end of another', () => {
    expect(withRegion(undefined, region)).toBe(own);
    expect(withRegion('* @all\n', region)).toBe(`* @all\n\n${own}`);
    expect(withRegion('* @all', region)).toBe(`* @all\n\n${own}`);
  });

  it('takes the place of the one of its name, and leaves all else', () => {
    const others = `* @all\n# svckit:begin a\nx\n# svckit:end a\n`;
    expect(withRegion(`${others}# svckit:begin orders\nold\nlines\n# svckit:end orders\nend\n`, region)).toBe(`${others}${own}end\n`);
    expect(withRegion(withRegion(others, region), region)).toBe(withRegion(others, region));
  });

  it('keeps Windows line ends', () => {
    expect(withRegion('* @all\r\n', region)).toBe(`* @all\r\n\r\n${own.replaceAll('\n', '\r\n')}`);
  });

  it('is commented as the file asks for it', () => {
    expect(withRegion(undefined, { ...region, path: 'README.md' })).toContain('<!-- svckit:begin orders -->');
  });

  it.each([
    ['one marker', '# svckit:begin orders\n'],
    ['the other marker', '# svckit:end orders\n'],
    ['the markers the wrong way round', '# svckit:end orders\n# svckit:begin orders\n'],
    ['a region twice', `${own}${own}`],
    ['another region inside', '# svckit:begin orders\n# svckit:begin a\n# svckit:end orders\n'],
  ])('is refused where there is %s', (_, text) => {
    expect(() => withRegion(text, region)).toThrow('do not form one region');
  });
});

describe('a workspace’s catalog', () => {
  const target = '    - ./services/orders/catalog-info.yaml\n';

  it('gets a target more, comments and all else kept', () => {
    const text = '# ours\nkind: System\nspec: { owner: a }   # flow\n---\nkind: Location\nspec:\n  targets:\n    # first\n    - ./a.yaml\n';
    const changed = withCatalogTarget(text, 'services/orders', 'shop');
    expect(changed).toBe(text.replace('   # flow', ' # flow') + target);
    expect(withCatalogTarget(changed, 'services/orders', 'shop')).toBe(changed);
  });

  it('gets its first target, also where lists are not indented', () => {
    expect(withCatalogTarget('kind: Location\nspec:\n  targets: []\n', 'services/orders', 'shop')).toBe(
      `kind: Location\nspec:\n  targets:\n${target}`,
    );
    expect(withCatalogTarget('kind: Location\nspec: {}\n', 'services/orders', 'shop')).toContain('./services/orders/catalog-info.yaml');
    expect(withCatalogTarget('kind: Location\nspec:\n  targets:\n  - a\n', 'b', 'shop')).toBe(
      'kind: Location\nspec:\n  targets:\n  - a\n  - ./b/catalog-info.yaml\n',
    );
  });

  it('gets a Location where it has none', () => {
    expect(withCatalogTarget('kind: System\n', 'services/orders', 'shop')).toBe(
      `kind: System\n---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: shop\nspec:\n  targets:\n${target}`,
    );
    expect(withCatalogTarget('', 'services/orders', 'shop')).toMatch(/^apiVersion/);
  });
});

describe('a workspace’s package.json', () => {
  it('names the service, unless a pattern does', () => {
    expect(withNpmWorkspace('{\n    "workspaces": ["libs/*"]\n}\n', 'services/a')).toBe(
      '{\n    "workspaces": [\n        "libs/*",\n        "services/a"\n    ]\n}\n',
    );
    expect(withNpmWorkspace('{}', 'a')).toBe('{\n  "workspaces": [\n    "a"\n  ]\n}\n');
    expect(withNpmWorkspace('{"workspaces":{"packages":[]}}', 'a')).toContain('"packages"');
    const covered = '{ "workspaces": ["./services/*/"] }';
    expect(withNpmWorkspace(covered, 'services/a')).toBe(covered);
  });

  it.each(['[]', '{', '{"workspaces": 7}'])('is refused where it is %s', (text) => {
    expect(() => withNpmWorkspace(text, 'a')).toThrow('cannot be changed');
  });
});
