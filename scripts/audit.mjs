import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

const grave = /** @type {const} */ (['high', 'critical']);

/**
 * What an answer of `npm audit --json` says: nothing grave, something grave, or nothing at all because no registry told.
 *
 * @param {string} text
 * @returns {{ verdict: 'clean' | 'grave' | 'unknown', lines: readonly string[] }}
 */
export function judgeAudit(text) {
  const report = parse(text);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const reason = typeof report?.message === 'string' ? report.message : 'its answer cannot be read';
    return { verdict: 'unknown', lines: [`no registry tells of vulnerabilities, so nothing is known: ${reason}`] };
  }
  const found = grave.map((severity) => `${counts[severity] ?? 0} ${severity}`).join(', ');
  const names = Object.values(report.vulnerabilities ?? {})
    .filter(({ severity }) => grave.includes(severity))
    .map(({ name, severity, range }) => `${severity}: ${name} ${range}`);
  return { verdict: names.length === 0 ? 'clean' : 'grave', lines: [found, ...names] };
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// 2: neither good nor bad. Whoever only looks for 0 does not take silence for health.
const exitCodes = { clean: 0, grave: 1, unknown: 2 };

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { verdict, lines } = judgeAudit(stdout ?? '');
  console.log(lines.join('\n'));
  process.exitCode = exitCodes[verdict];
}
