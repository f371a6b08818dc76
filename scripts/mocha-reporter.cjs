const { writeFileSync } = require('node:fs');
const { Spec } = require('mocha').reporters;

/** Mocha's own `spec` report; besides, the totals as JSON in the file that MUSTER_TEST_TOTALS names, for `.ci/run`. */
module.exports = class extends Spec {
  /** @param {import('mocha').Runner} runner @param {import('mocha').MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env['MUSTER_TEST_TOTALS'];
    if (file === undefined) return;
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      writeFileSync(file, JSON.stringify({ passes, failures }));
    });
  }
};
