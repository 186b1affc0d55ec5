#!/usr/bin/env node
// A file of its own, because a link to dist/ would lose its executable bit with every build.
import { main } from '../dist/cli.js';

process.exitCode = await main(process.argv.slice(2));
