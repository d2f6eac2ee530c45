import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The files of a template's folder as src/template reads them: the manifest and what is below `files/` and `repository/`. */
export function templateFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({
      path: relative(folder, path).split(sep).join('/'),
      executable: (statSync(path).mode & 0o100) !== 0,
      content: readFileSync(path),
    }))
    .filter(({ path }) => path === 'template.yaml' || /^(files|repository)\//.test(path));
}

/** Names of the bundled templates. */
export function templateNames(templates) {
  return readdirSync(templates, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
