import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Request } from 'express';

/** Tells whether an address is one of the proxies that are trusted to say who came to them. */
export type TrustedProxies = (address: string) => boolean;

/** The proxies of a list of addresses and networks, such as `10.0.0.0/8`. */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Where a request comes from, as far as limits tell sources apart: an IPv4 address, or the network of 64 bits of an IPv6 address,
 * because one subscriber has all of it. What `X-Forwarded-For` says counts as far as trusted proxies have written it: from its
 * right end to the first address that is none of theirs.
 */
export function sourceOf(request: Request, isTrusted: TrustedProxies): string {
  let source = plainAddress(request.socket.remoteAddress ?? '');
  const forwarded = request.headers['x-forwarded-for'];
  const hops = forwarded === undefined ? [] : String(forwarded).split(',');
  while (isTrusted(source)) {
    const before = plainAddress(hops.pop() ?? '');
    // A proxy that does not say whom it speaks for speaks for itself.
    if (isIP(before) === 0) break;
    source = before;
  }
  return isIPv6(source) ? `${groupsOf(source).slice(0, 4).join(':')}::/64` : source;
}

/** Whether an address, or the name of one, is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** An address without port, brackets and zone; one of IPv4 that is written as IPv6, as itself. */
function plainAddress(text: string): string {
  const trimmed = text.trim();
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed) ?? [];
  const [, withPort] = /^([\d.]+):\d+$/.exec(trimmed) ?? [];
  const [address = ''] = (inBrackets ?? withPort ?? trimmed).split('%');
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped ?? address;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(8 - before.length - after.length, 0) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}
