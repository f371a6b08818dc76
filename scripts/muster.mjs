#!/usr/bin/env node
import { pathToFileURL } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { buildWhenStale, isStale } from './build.mjs';
import { inProject, main } from './project.mjs';

process.setSourceMapsEnabled(true);

await main(async () => {
  // A container holds dist alone, without the sources and the tools.
  if (isStale()) {
    await bootstrap();
    await buildWhenStale();
  }
  process.argv[1] = inProject('dist/main.js');
  await import(pathToFileURL(inProject('dist/main.js')).href);
});
