import { bootstrap } from './bootstrap.mjs';
import { buildWhenStale } from './build.mjs';
import { inProject, main, run } from './project.mjs';

await main(async () => {
  await bootstrap();
  await buildWhenStale();
  return run(process.execPath, ['--enable-source-maps', inProject('dist/main.js'), 'serve', ...process.argv.slice(2)]);
});
