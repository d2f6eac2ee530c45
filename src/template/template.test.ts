import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOneYaml } from '../document/yaml.ts';
import { builtIns, manifestText, templateOf } from './fake-template.ts';
import type { Answers } from './input.ts';
import { renderTemplate } from './template.ts';

const answers = { name: 'orders', folder: 'src', port: 8080, public: false, database: 'none', calls: [] as string[] };

function rendered(text: string, more: Answers = {}): string {
  const [file] = renderTemplate(templateOf({ 'files/x.hbs': text }), { ...answers, ...more }, builtIns);
  return String(file?.content);
}

const complaintsAbout = (text: string) => () => templateOf({ 'files/x.hbs': text });

describe('rendering', () => {
  it.each([
    ['a GitHub expression', '${{ github.sha }} <% name %>', '${{ github.sha }} orders'],
    ['a Prometheus label', '{{ $labels.x }} {{method}} <% name %>', '{{ $labels.x }} {{method}} orders'],
    ['Helm', '{{- if .Values.x }}{{/* no */}}<% name %>{{ end -}}', '{{- if .Values.x }}{{/* no */}}orders{{ end -}}'],
    ['a brace at a tag', '{<% name %>} {{<% name %>}} ${<% name %>}', '{orders} {{orders}} ${orders}'],
    ['four braces', '{{{{raw}}}} <% name %> {{{{/raw}}}}', '{{{{raw}}}} orders {{{{/raw}}}}'],
    ['a backslash at a tag', 'C:\\<% name %> \\\\<% name %> \\{{x}}', 'C:\\orders \\\\orders \\{{x}}'],
    ['quotes and signs', `"<% name %>" 'a=b' & <b>`, `"orders" 'a=b' & <b>`],
    ['Windows line ends', 'a\r\n<%#if public%>\r\nb\r\n<%/if%>\r\nc\r\n', 'a\r\nc\r\n'],
    ['block tags on lines of their own', 'a\n<%#if (eq database "none")%>\nb\n<%else%>\nc\n<%/if%>\nd\n', 'a\nb\nd\n'],
    ['whitespace control', 'a  <%~ name ~%>  b', 'aordersb'],
    ['a comment', 'a<%! for authors %>b', 'ab'],
  ])('leaves %s as it is', (_, text, expected) => expect(rendered(text)).toBe(expected));

  it('writes adjacent numbers beside each other', () => {
    expect(rendered('<% port %><% port %>', { port: 12 })).toBe('1212');
  });

  it('goes through lists, with the template’s values one level up', () => {
    const text =
      '<%#each calls%><% this %>:<% @index %><%#unless @last%>,<%/unless%><%else%>none<%/each%> <%#each calls as |peer|%><% peer %>-<% ../name %> <%/each%>';
    expect(rendered(text, { calls: ['a', 'b'] })).toBe('a:0,b:1 a-orders b-orders ');
    expect(rendered(text)).toBe('none ');
  });

  it.each([
    [
      '<% camel "price-list" %> <% pascal name %> <% snake "priceList" %> <% upperSnake "price list" %> <% kebab "PriceList" %> <% title "price-list" %>',
      'priceList Orders price_list PRICE_LIST price-list Price List',
    ],
    ['<% json name %> <% yaml name %> <% yaml "a: b" %> <% yaml "yes" %> <% yaml "1.0" %>', '"orders" orders "a: b" "yes" "1.0"'],
    ['<%#if (and (not public) (or public (eq port 8080)))%>yes<%/if%>', 'yes'],
    ['<%#if calls%>some<%else if (eq folder "src")%>src<%/if%>', 'src'],
    ['<% svc.templateName %> <% svc.year %> <%#if svc.standalone%>alone<%/if%>', 'tiny 2026 alone'],
  ])('knows its helpers: %s', (text, expected) => expect(rendered(text)).toBe(expected));

  it('brings any text without tags back byte for byte, and any answer as it was given', () => {
    const literal = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/<%|%>|[\uFDD0-\uFDD2]/u.test(text) && !text.endsWith('<') && !text.startsWith('>'));
    fc.assert(
      fc.property(literal, fc.string({ unit: 'grapheme' }), literal, (before, value, after) => {
        expect(rendered(`|${before}|<% folder %>|${after}|`, { folder: value })).toBe(`|${before}|${value}|${after}|`);
      }),
    );
  });

  it('quotes any text so that YAML and JSON read it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const yaml = parseOneYaml({ text: rendered('x: <% yaml folder %>\n', { folder: value }), file: 'x', code: 'template/invalid' });
        expect(yaml.value).toEqual({ x: value });
        expect(JSON.parse(rendered('<% json folder %>', { folder: value }))).toBe(value);
      }),
    );
  });

  it('copies files that are not templates byte for byte', () => {
    const bytes = Buffer.from([0, 255, 60, 37, 32, 120]);
    const [file] = renderTemplate(templateOf({ 'files/logo.png': bytes }), answers, builtIns);
    expect(Buffer.from(file?.content ?? '').equals(bytes)).toBe(true);
  });

  it('names files by answers, keeps the executable bit, and leaves names that are no input', () => {
    const template = templateOf({
      'files/__folder__/__name__.sh': 'x',
      'files/src/__init__.py': '',
      'repository/.github/__name__.yml.hbs': 'x',
    });
    expect(renderTemplate(template, answers, builtIns).map(({ area, path, executable }) => ({ area, path, executable }))).toEqual([
      { area: 'service', path: 'src/orders.sh', executable: true },
      { area: 'service', path: 'src/__init__.py', executable: false },
      { area: 'repository', path: '.github/orders.yml', executable: false },
    ]);
  });

  it('includes a path only where all rules that name it hold, and takes ownership from the last', () => {
    const svckit = `    include:
      - { paths: ['db/**'], when: { database: postgres } }
      - { paths: ['db/public/**'], when: { public: true } }
    ownership:
      - { paths: ['**'], mode: owned }
      - { paths: ['db/*.sql'], mode: once }`;
    const template = templateOf({ 'files/a': '', 'files/db/b.sql': '', 'files/db/public/c.sql': '' }, manifestText({ svckit }));
    const paths = (more: Answers) =>
      renderTemplate(template, { ...answers, ...more }, builtIns).map(({ path, ownership }) => `${path} ${ownership}`);
    expect(paths({})).toEqual(['a owned']);
    expect(paths({ database: 'postgres' })).toEqual(['a owned', 'db/b.sql once']);
    expect(paths({ database: 'postgres', public: true })).toEqual(['a owned', 'db/b.sql once', 'db/public/c.sql owned']);
  });
});

describe('a template is refused, with file and line, that', () => {
  it.each([
    ['reads what is no input', 'a\n<% nmae %>', 'files/x.hbs:2: "nmae" is no input of this template'],
    ['tests what is no input', '\n\n<%#if nmae%><%/if%>', 'files/x.hbs:3: "nmae"'],
    ['goes through what is no list', '<%#each name%><%/each%>', '"#each" takes a list'],
    ['prints a list', '<% calls %>', 'a list cannot be printed'],
    ['reads a secret', '<% token %>', '"token" is a secret'],
    ['hides a secret in a helper', '<% json token %>', '"token" is a secret'],
    ['reads a built-in that is not there', '<% svc.home %>', 'there is no "svc.home"'],
    ['reads the values of JavaScript', '<% constructor %>', '"constructor" is no input'],
    ['reads a prototype', '<% name.__proto__ %>', '"name.__proto__" is no input'],
    ['forgets the level inside #each', '<%#each calls%><% name %><%/each%>', 'is "../name"'],
    ['goes above its values', '<% ../name %>', 'leads above'],
    ['calls a helper that is not there', '<% shell name %>', 'there is no helper "shell"'],
    ['calls lookup', '<% lookup name "x" %>', 'there is no helper "lookup"'],
    ['uses a block that is not there', '<%#with name%><%/with%>', 'there is no block "with"'],
    ['gives a helper too few values', '<%#if (eq name)%><%/if%>', '"eq" takes 2 values'],
    ['calls a helper with nothing', '<% json %>', '"json" takes one value'],
    ['has a partial', '<%> other %>', 'partials and decorators'],
    ['has a decorator', '<%* inline %>', 'partials and decorators'],
    ['has braces in a tag', '<%{ name }%>', 'a tag holds no braces'],
    ['never ends a tag', 'a\nb <% name', 'files/x.hbs:2: <% without %>'],
    ['never ends a block', 'a\n<%#if name%>', 'files/x.hbs:'],
    ['ends another block', '<%#if name%><%/each%>', 'files/x.hbs:1'],
    ['holds our own stand-ins', 'a\uFDD0', 'U+FDD0'],
  ])('%s', (_, text, message) => expect(complaintsAbout(text)).toThrow(message));

  it('holds bytes that are no text, in a file that is rendered', () => {
    expect(() => templateOf({ 'files/x.hbs': Buffer.from([0xff, 0xfe]) })).toThrow('files/x.hbs:1: a file that is rendered must be UTF-8');
  });

  it('has several mistakes: all are told at once', () => {
    const svckit = "    include: [{ paths: ['nothing/**'], when: { databse: postgres } }]";
    expect(() => templateOf({ 'files/a.hbs': '<% x %>\n<% y %>', 'files/b.hbs': '<% z' }, manifestText({ svckit }))).toThrow(
      /has 5 mistakes:[\s\S]*template.yaml:20: "databse" is no input[\s\S]*template.yaml:20:.*nothing\/\*\*[\s\S]*a.hbs:1[\s\S]*a.hbs:2[\s\S]*b.hbs:1/,
    );
  });

  it.each(['files/.svc/lock.yaml', 'files/vendor/x.tgz'])('writes %s, which is svckit’s own', (path) => {
    expect(() => templateOf({ [path]: 'x' })).toThrow('is written by svckit itself');
  });
});
