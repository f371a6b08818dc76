// Specifications named on the command line are run alone; without any, all are.
const named = process.argv.slice(2).some((argument) => argument.endsWith('.ts'));

module.exports = {
  require: ['tsx', './test/support/hooks.ts'],
  reporter: './scripts/mocha-reporter.cjs',
  spec: named ? [] : ['test/**/*.test.ts'],
  timeout: 20_000,
};
