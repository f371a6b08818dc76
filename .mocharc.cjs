// Specifications named on the command line are run alone; without any, all are.
const named = process.argv.slice(2).some((argument) => argument.endsWith('.ts'));

module.exports = {
  require: ['tsx', './test/support/hooks.ts'],
  reporter: './scripts/mocha-reporter.cjs',
  spec: named ? [] : ['test/**/*.test.ts'],
  // Long enough for a busy machine: it is there to end what hangs.
  timeout: 60_000,
};
