import type { Config } from '../config.js';
import { isLoopback } from '../http/source-address.js';
import type { Log } from '../log.js';

/** What is wrong with how a service can be reached; undefined when nothing is: tokens and people would cross a network in clear. */
export function exposure({ host, tls, trustedProxies }: Config): string | undefined {
  if (tls !== undefined || trustedProxies.length > 0 || isLoopback(host)) return undefined;
  return `listening on ${host} without TLS: tokens and personal data can be read on the network. Set TLS_CERT and TLS_KEY, or name the proxy that speaks TLS in TRUSTED_PROXY`;
}

/** Warns of an exposure in the log and, for who reads no JSON, as it is. */
export function warnOfExposure(config: Config, log: Log): void {
  const wrong = exposure(config);
  if (wrong === undefined) return;
  log.warn({ host: config.host }, 'listening without TLS');
  process.stderr.write(`muster: WARNING: ${wrong}\n`);
}

/** Takes over a new certificate at each SIGHUP; one that cannot be used leaves the old one in force. */
export function renewOnHangup({ tls }: Config, log: Log, renew: () => void): void {
  if (tls === undefined) return;
  process.on('SIGHUP', () => {
    try {
      renew();
      log.info('certificate renewed');
    } catch (error) {
      log.error({ reason: error instanceof Error ? error.message : String(error) }, 'certificate not renewed');
    }
  });
}
