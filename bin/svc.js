#!/usr/bin/env node
import { start } from '../dist/svc.js';

process.exitCode = await start(process.argv.slice(2));
