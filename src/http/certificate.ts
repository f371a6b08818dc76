import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError, type TlsFiles } from '../config.js';

/** Reads a certificate and its key, and the oldest version of TLS that is spoken. Throws `ConfigError` when they cannot be used. */
export function readCertificate({ cert, key }: TlsFiles): SecureContextOptions {
  const options = { cert: read('TLS_CERT', cert), key: read('TLS_KEY', key), minVersion: 'TLSv1.2' } as const;
  try {
    createSecureContext(options);
    return options;
  } catch {
    // What it says could hold a part of the key.
    throw new ConfigError('TLS_CERT, TLS_KEY: must be a certificate and its private key in PEM');
  }
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigError(`${variable}: ${path} cannot be read (${code})`);
  }
}
