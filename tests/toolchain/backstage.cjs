// The catalog of a real Backstage, without its pages. Run in the folder where its packages are: node backstage.cjs --config <app-config.yaml>
const { createRequire } = require('node:module');
const { join } = require('node:path');

const installed = createRequire(join(process.cwd(), 'package.json'));
const { createBackend } = installed('@backstage/backend-defaults');

const backend = createBackend();
backend.add(installed('@backstage/plugin-catalog-backend'));
// Without it an entity that is not valid is dropped in silence.
backend.add(installed('@backstage/plugin-catalog-backend-module-logs'));
backend.start();
