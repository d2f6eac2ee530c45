#!/usr/bin/env node
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { ConfigError } from '../../config/config.ts';
import { compileRoutes } from '../routes/compile.ts';
import { readRoutes } from '../routes/read.ts';

/** `svckit-apis`: copies the OpenAPI document of each service that routes.yaml names, where it lies beside the gateway, into apis/. */
function collect(): void {
  const { backends } = compileRoutes(readRoutes(readFileSync('routes.yaml', 'utf8'), 'routes.yaml'));
  mkdirSync('apis', { recursive: true });
  for (const name of backends) {
    const source = `../${name}/openapi.yaml`;
    if (existsSync(source)) copyFileSync(source, `apis/${name}.yaml`);
    console.log(
      existsSync(source) ? `apis/${name}.yaml is that of ${source}` : `${name} has no ${source}: copy its document to apis/${name}.yaml`,
    );
  }
}

try {
  collect();
} catch (error) {
  if (!(error instanceof ConfigError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
