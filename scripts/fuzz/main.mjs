import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

// The same requests as in `npm test`, as many as are asked for: npm run fuzz -- --requests 50000 --database sqlite --seed 3
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '7' },
    database: { type: 'string', default: 'both' },
  },
});
const suites = new Map([
  ['sqlite', ['-g', 'SQLite']],
  ['postgres', ['-g', 'PostgreSQL']],
  ['both', []],
]);
const chosen = suites.get(values.database);
if (chosen === undefined) {
  process.stderr.write('fuzz: --database must be sqlite, postgres or both\n');
  process.exit(2);
}
const mocha = spawn('npx', ['mocha', 'test/http/fuzz.test.ts', ...chosen], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_REQUESTS: values.requests, FUZZ_SEED: values.seed },
});
mocha.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
