/** For knex: what goes wrong is thrown, and it would print it besides, on standard output, with host names. */
export const silentLog = { warn() {}, error() {}, deprecate() {}, debug() {} };
