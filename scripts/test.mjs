import { bootstrap } from './bootstrap.mjs';
import { buildWhenStale } from './build.mjs';
import { inProject, main, run, runNpm } from './project.mjs';

await main(async () => {
  await bootstrap();
  const checked = await runNpm(['run', '--silent', 'check']);
  if (checked !== 0) return checked;
  await buildWhenStale();
  return run(process.execPath, [inProject('node_modules/mocha/bin/mocha.js'), ...process.argv.slice(2)]);
});
