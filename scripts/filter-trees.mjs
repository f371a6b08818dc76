import { parseArgs } from 'node:util';
import { inProject, main, run } from './project.mjs';

// The comparison of `npm test`, with as many filters as are asked for: npm run filter-trees -- --trees 20000 --seed 3
const { values } = parseArgs({
  options: { trees: { type: 'string', default: '20000' }, seed: { type: 'string', default: '20261122' } },
});
const env = { ...process.env, FILTER_TREES: values.trees, FILTER_SEED: values.seed };
const options = ['--timeout', '0', '--grep', 'arbitrary trees', 'test/store/filter-differential.test.ts'];
await main(() => run(process.execPath, [inProject('node_modules/mocha/bin/mocha.js'), ...options], { env }));
