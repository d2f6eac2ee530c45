/** Loaded by `--require`: writes a CPU profile of the process to BENCH_PROFILES when it ends. Node.js 20 takes no `--cpu-prof` from NODE_OPTIONS. */
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { join } = require('node:path');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () => {
  session.post('Profiler.stop', (_, { profile }) => {
    writeFileSync(join(process.env.BENCH_PROFILES, `${process.env.BENCH_SERVICE}.cpuprofile`), JSON.stringify(profile));
  });
});
