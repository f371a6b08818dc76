import type { Request } from 'express';
import { expect } from 'chai';
import { readConfig } from '../../src/config.js';
import { sourceOf, trustedProxies } from '../../src/http/source-address.js';

/** What `sourceOf` looks at of a request. */
function sourceFrom(remoteAddress: string, forwardedFor?: string, trusted = ''): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  // It reads nothing else.
  const request = { socket: { remoteAddress }, headers } as unknown as Request;
  return sourceOf(request, trustedProxies(readConfig({ TRUSTED_PROXY: trusted }).trustedProxies));
}

describe('the source of a request', () => {
  for (const [title, given, source] of [
    ['is its IPv4 address', ['192.0.2.1'], '192.0.2.1'],
    ['is its IPv4 address, written as IPv6', ['::ffff:192.0.2.1'], '192.0.2.1'],
    ['is the network of 64 bits of its IPv6 address', ['2001:db8:1:2:3:4:5:6'], '2001:db8:1:2::/64'],
    ['is so in short forms too', ['2001:db8::1'], '2001:db8:0:0::/64'],
    ['is not what X-Forwarded-For says, unless the proxy is trusted', ['192.0.2.1', '198.51.100.9'], '192.0.2.1'],
    ['is who came to a trusted proxy', ['10.0.0.1', '198.51.100.9', '10.0.0.0/8'], '198.51.100.9'],
    [
      'is the rightmost that is no proxy of ours',
      ['10.0.0.1', '1.1.1.1, 198.51.100.9, 10.0.0.2', '10.0.0.0/8'],
      '198.51.100.9',
    ],
    [
      'is not what a stranger wrote to the left of it',
      ['10.0.0.1', '10.0.0.7, 198.51.100.9', '10.0.0.0/8'],
      '198.51.100.9',
    ],
    ['is read with a port', ['127.0.0.1', '198.51.100.9:4711', 'loopback'], '198.51.100.9'],
    ['is read in brackets', ['::1', '[2001:db8::1]:4711', 'loopback'], '2001:db8:0:0::/64'],
    ['is the proxy when it says nothing', ['10.0.0.1', undefined, '10.0.0.1'], '10.0.0.1'],
    ['is the proxy when it says nonsense', ['10.0.0.1', 'unknown', '10.0.0.1'], '10.0.0.1'],
    ['is the farthest proxy when all are ours', ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.0/8'], '10.0.0.3'],
  ] as const) {
    it(title, () => {
      const [remote, forwarded, trusted] = given as readonly [string, string?, string?];
      expect(sourceFrom(remote, forwarded, trusted)).to.equal(source);
    });
  }

  for (const wrong of ['proxy.example', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/x', '10.0.0.1,,']) {
    it(`is not found by TRUSTED_PROXY=${wrong}, which stops the start`, () => {
      expect(() => readConfig({ TRUSTED_PROXY: wrong })).to.throw(/^TRUSTED_PROXY/);
    });
  }
});
