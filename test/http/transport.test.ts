import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createServer, type ConnectionOptions } from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { exposure } from '../../src/cli/transport.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startService, type Service } from '../../src/service.js';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

/** A certificate for this test alone. */
async function makeCertificate(): Promise<{ readonly cert: string; readonly private: string }> {
  return generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
}

interface Secured {
  readonly version: string | null;
  readonly fingerprint: string;
  readonly answer: string;
}

/** Asks a server over TLS; rejects when no connection is made. */
async function ask(port: number, options: ConnectionOptions = {}): Promise<Secured> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  const version = socket.getProtocol();
  const { fingerprint256: fingerprint } = socket.getPeerCertificate();
  socket.end('GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  await once(socket, 'close');
  return { version, fingerprint, answer };
}

// A client that would speak the old versions, whatever the machine's own rules are.
const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

describe('the transport', function () {
  this.timeout(30_000);
  let folder: string;
  let service: Service | undefined;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    await removeTemporaryFolder(folder);
  });

  async function writeCertificate(): Promise<{ readonly TLS_CERT: string; readonly TLS_KEY: string }> {
    const made = await makeCertificate();
    const files = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') };
    await writeFile(files.TLS_CERT, made.cert);
    await writeFile(files.TLS_KEY, made.private);
    return files;
  }

  async function start(settings: Readonly<Record<string, string>> = {}): Promise<{ port: number; url: string }> {
    const place = { DATABASE_URL: `sqlite:${join(folder, 'muster.sqlite')}`, PORT: '0', LOG_LEVEL: 'silent' };
    const config = readConfig({ ...place, ...settings });
    service = await startService(config, createLog(config));
    return { port: Number(new URL(service.url).port), url: service.url };
  }

  it('is TLS with TLS_CERT and TLS_KEY, and says so in every URL and by HSTS (RFC 6797 §7.2)', async () => {
    const { port, url } = await start(await writeCertificate());
    expect(url).to.match(/^https:/);
    expect(service?.context.publicUrl).to.equal(url);
    const { version, answer } = await ask(port);
    expect(version).to.be.oneOf(['TLSv1.2', 'TLSv1.3']);
    expect(answer)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/^strict-transport-security: max-age=\d+\r$/im);
  });

  it('is TLS 1.2 at least: older versions are refused (RFC 8996)', async () => {
    const files = await writeCertificate();
    const made = await makeCertificate();
    const lax = createServer({
      cert: made.cert,
      key: made.private,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    lax.listen(0, '127.0.0.1');
    await once(lax, 'listening');
    const address = lax.address();
    const laxPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const spoken = connect({ port: laxPort, host: '127.0.0.1', rejectUnauthorized: false, ...old });
    await once(spoken, 'secureConnect');
    // Such a client is able to speak them.
    expect(spoken.getProtocol()).to.equal('TLSv1.1');
    spoken.destroy();
    lax.close();
    const { port } = await start(files);
    const refused = await ask(port, old).then(() => 'spoken', codeOf);
    expect(refused).to.equal('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect((await ask(port, { maxVersion: 'TLSv1.2' })).version).to.equal('TLSv1.2');
  });

  it('takes a new certificate over while it serves, and keeps the old one when the new one cannot be used', async () => {
    const files = await writeCertificate();
    const { port } = await start(files);
    const { fingerprint: first } = await ask(port);
    await writeCertificate();
    service?.renewCertificate();
    const { fingerprint: second } = await ask(port);
    expect(second).not.to.equal(first);
    await writeFile(files.TLS_KEY, 'no key');
    expect(() => service?.renewCertificate()).to.throw(/TLS_KEY/);
    expect((await ask(port)).fingerprint).to.equal(second);
  });

  it('is refused to start with half of a pair, with a file that is not there, and with a key of another certificate', async () => {
    expect(() => readConfig({ TLS_CERT: 'a' })).to.throw(/^TLS_KEY/);
    expect(() => readConfig({ TLS_KEY: 'a' })).to.throw(/^TLS_CERT/);
    const files = await writeCertificate();
    const missing = await start({ ...files, TLS_CERT: join(folder, 'nothing.pem') }).catch((error: unknown) => error);
    expect(missing)
      .to.have.property('message')
      .that.matches(/^TLS_CERT: .*ENOENT/);
    await writeFile(files.TLS_KEY, (await makeCertificate()).private);
    const mixed = await start(files).catch((error: unknown) => error);
    expect(mixed)
      .to.have.property('message')
      .that.matches(/TLS_CERT, TLS_KEY/);
  });

  it('without TLS says nothing of HSTS, and speaks of it behind a proxy that is declared (RFC 6797 §7.2)', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/livez`)).headers.has('strict-transport-security')).to.equal(false);
    await service?.close();
    const behind = await start({ PUBLIC_URL: 'https://muster.example', TRUSTED_PROXY: 'loopback' });
    expect((await fetch(`${behind.url}/livez`)).headers.has('strict-transport-security')).to.equal(true);
  });

  it('keeps the base URL, whatever Host and X-Forwarded headers say, behind a declared proxy too', async () => {
    for (const settings of [{ PUBLIC_URL: 'https://muster.example' }, { TRUSTED_PROXY: 'loopback' }]) {
      const { url } = await start(settings);
      const forged = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      };
      const answer = await fetch(`${url}/scim/v2/ServiceProviderConfig`, { headers: forged });
      const text = await answer.text();
      expect(text).to.contain(`"location":"${service?.context.publicUrl}/scim/v2/`).and.not.to.contain('evil');
      await service?.close();
      service = undefined;
    }
  });

  it('gives every answer the same headers, and tells nothing of what it is made of', async () => {
    const { url } = await start();
    for (const path of [
      '/livez',
      '/scim/v2/Users',
      '/scim/v2/Nothing',
      '/api/v1/clients',
      '/api/docs',
      '/nothing',
      '/%',
    ]) {
      const { headers } = await fetch(url + path);
      expect(headers.get('cache-control'), path).to.equal('no-store');
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      expect(headers.get('x-frame-options'), path).to.equal('DENY');
      expect(headers.get('referrer-policy'), path).to.equal('no-referrer');
      expect(headers.get('cross-origin-resource-policy'), path).to.equal('same-origin');
      expect(headers.get('content-security-policy'), path).to.match(/^default-src 'none'.*frame-ancestors 'none'/);
      expect([headers.has('x-powered-by'), headers.has('server')], path).to.deep.equal([false, false]);
    }
  });
});

describe('listening beyond this machine', () => {
  it('is warned of without TLS and without a declared proxy', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'muster.example']) {
      expect(exposure(readConfig({ HOST: host })), host)
        .to.contain(host)
        .and.to.contain('TLS_CERT');
      expect(exposure(readConfig({ HOST: host, TRUSTED_PROXY: '10.0.0.0/8' })), host).to.equal(undefined);
      expect(exposure(readConfig({ HOST: host, TLS_CERT: 'a', TLS_KEY: 'b' })), host).to.equal(undefined);
    }
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) {
      expect(exposure(readConfig({ HOST: host })), host).to.equal(undefined);
    }
  });
});
