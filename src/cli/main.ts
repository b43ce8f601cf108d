#!/usr/bin/env node
import { outliveReaders } from '../observability/closed-output.js';
import { runCommand } from './run-command.js';

outliveReaders();
process.exitCode = await runCommand(process.argv.slice(2));
